import { fullAccount, shortAccount } from '../format/format.ts';
import { hrefOf } from '../router.ts';

export function AccountLink({ account }: { account: bigint }) {
  return (
    <a className="mono link" href={hrefOf('account', account.toString())} title={fullAccount(account)}>
      {shortAccount(account)}
    </a>
  );
}
