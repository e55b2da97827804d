export default function KeeperPage(_: { argument?: string | undefined }) {
  return null;
}
