export default function TradePage(_: { argument?: string | undefined }) {
  return null;
}
