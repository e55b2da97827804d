export default function AccountPage(_: { argument?: string | undefined }) {
  return null;
}
