import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readMarginInputs, runMargin, UsageError } from '../src/margin/index.ts';

const MARKET = {
  timestamp: 1770267600,
  profile: 'portfolio',
  underlyings: { ETH: { index: '3000', perpMark: '3001.5' }, BTC: { index: '60000' } },
};
const PORTFOLIO = {
  cash: '10000',
  spot: { ETH: '2' },
  perps: { ETH: { size: '-2', cost: '6000' }, BTC: { size: '0.1', cost: '-6100.005' } },
};

describe('novate margin', () => {
  let folder: string;
  let portfolioPath: string;
  let marketPath: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'margin-'));
    portfolioPath = join(folder, 'P.json');
    marketPath = join(folder, 'M.json');
    writeFileSync(portfolioPath, JSON.stringify(PORTFOLIO));
    writeFileSync(marketPath, JSON.stringify(MARKET));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function run(json: boolean): string {
    const printed: string[] = [];
    runMargin({ portfolioPath, marketPath, json, print: (text) => printed.push(text) });
    expect(printed).to.have.lengthOf(1);
    return printed[0] ?? '';
  }

  function expectUsageError(message: string): void {
    expect(() => run(true))
      .to.throw(UsageError)
      .that.includes({ message, exitCode: 2 });
    expect(message).not.to.include('\n');
  }

  it('prints the object', () => {
    // ETH: L = -3, R = 0.54; BTC: L = 6000, R = 900. Sum at -1: -899.46. Risk = 0.5 * 899.46 + 0.5 * 900.54
    expect(JSON.parse(run(true))).to.deep.equal({
      equity: '15896.995',
      initialMargin: '1380',
      maintenanceMargin: '900',
      state: 'healthy',
      worstScenario: { index: 12, shock: '-0.18', vol: 'up' },
      breakdown: {
        risk: '900',
        scan: { ETH: '0.54', BTC: '900' },
        roll: '60',
        shortOption: '0',
        haircut: '120',
        initialExtra: '300',
        floor: '180',
      },
    });
  });

  it('prints a table with aligned columns', () => {
    expect(run(false).split('\n')).to.deep.equal([
      'state: healthy',
      'worst scenario: 12 (price -18%, volatility up)',
      '',
      'equity              15896.99',
      'initial margin       1380.00',
      'maintenance margin    900.00',
      'unrealised           -103.01',
      'withdrawable        14516.99',
      '',
      'underlying  index  net delta    scan   roll  short option  haircut  initial extra   floor',
      'ETH          3000          0    0.54  30.00          0.00   120.00         240.00   60.00',
      'BTC         60000        0.1  900.00  30.00          0.00     0.00          60.00  120.00',
      'all                           900.00  60.00          0.00   120.00         300.00  180.00',
      '',
      'USD. The last row of `scan` is the risk after the offset between underlyings.',
    ]);
  });

  it('hands out what it read', () => {
    const inputs = readMarginInputs({ portfolioPath, marketPath });
    expect(inputs.portfolio.legs).to.have.lengthOf(2);
    expect(inputs.profile.name).to.equal('portfolio');
    expect([...inputs.ids.keys()]).to.deep.equal(['ETH', 'BTC']);
  });

  it('names the line where a file stops being JSON', () => {
    writeFileSync(marketPath, '{\n  "timestamp": 1,\n  "profile" "portfolio"\n}\n');
    expectUsageError(`${marketPath}:3: not valid JSON: expected ':' after property name`);
    writeFileSync(marketPath, '{\n  "timestamp": 1,\n');
    expectUsageError(`${marketPath}:2: not valid JSON: expected double-quoted property name`);
    writeFileSync(marketPath, '{\n  "timestamp": \n');
    expectUsageError(`${marketPath}:2: not valid JSON: unexpected end of JSON input`);
    writeFileSync(marketPath, ' \n');
    expectUsageError(`${marketPath}:1: not valid JSON: the file is empty`);
    writeFileSync(marketPath, '{"a": 1}\nx');
    expectUsageError(`${marketPath}:2: not valid JSON: unexpected non-whitespace character after JSON`);
    writeFileSync(marketPath, '{\n"a": nope}');
    expectUsageError(`${marketPath}:2: not valid JSON: unexpected token 'o'`);
  });

  it('names the file and the field that is wrong', () => {
    writeFileSync(portfolioPath, JSON.stringify({ ...PORTFOLIO, perps: { ETH: { size: 2, cost: '0' } } }));
    expectUsageError(
      `${portfolioPath}: perps.ETH.size: expected a decimal string within +-39614081257.132168796771975167, found the number 2`,
    );
    writeFileSync(portfolioPath, JSON.stringify({ ...PORTFOLIO, spots: {} }));
    expectUsageError(
      `${portfolioPath}: spots: unknown field; expected one of cash, spot, perps, futures, options`,
    );
  });

  it('names the expiry that the market lacks', () => {
    const option = { underlying: 'ETH', expiry: 1772784000, strike: '3200', type: 'call', size: '-1' };
    writeFileSync(portfolioPath, JSON.stringify({ ...PORTFOLIO, options: [option] }));
    expectUsageError(
      `${portfolioPath}: options[0].expiry: the market has no expiry 1772784000 of ETH; it has none`,
    );
  });

  it('says that a file is missing', () => {
    portfolioPath = join(folder, 'none.json');
    expectUsageError(`${portfolioPath}: expected a readable JSON file, found no such file`);
    portfolioPath = folder;
    expectUsageError(`${folder}: expected a readable JSON file, found a directory`);
  });
});
