// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @dev A plain token that `arm` makes adverse: what a token that can be upgraded may turn into.
abstract contract ArmedToken is ERC20 {
    uint8 private immutable _decimals;
    bool public armed;

    constructor(uint8 decimals_) ERC20("Adverse", "ADV") {
        _decimals = decimals_;
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function decimals() public view virtual override returns (uint8) {
        return _decimals;
    }

    function arm() external {
        armed = true;
        _onArm();
    }

    function _onArm() internal virtual {}
}

/// @dev From the first second, or once armed, one percent of every transfer is burned.
contract FeeToken is ArmedToken {
    constructor(uint8 decimals_, bool always) ArmedToken(decimals_) {
        armed = always;
    }

    function _update(address from, address to, uint256 value) internal override {
        uint256 fee = armed && from != address(0) && to != address(0) ? value / 100 : 0;
        super._update(from, to, value - fee);
        if (fee != 0) super._update(from, address(0), fee);
    }
}

/// @dev As the fee token, but the sender pays it on top.
contract SurchargeToken is ArmedToken {
    constructor(uint8 decimals_) ArmedToken(decimals_) {}

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (armed && from != address(0) && to != address(0)) super._update(from, address(0), value / 100);
    }
}

/// @dev Balances are shares times a factor, which arming changes. Amounts are those that `balanceOf` shows.
contract ElasticToken is ArmedToken {
    uint256 public factor = 1e18;
    uint256 private immutable _next;

    constructor(uint8 decimals_, uint256 next) ArmedToken(decimals_) {
        _next = next;
    }

    function _onArm() internal override {
        factor = _next;
    }

    function balanceOf(address account) public view override returns (uint256) {
        return (super.balanceOf(account) * factor) / 1e18;
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, (value * 1e18) / factor);
    }
}

/// @dev Once armed, says that a transfer went wrong (`transferFrom` too, where so made) and moves nothing.
contract SaysFalseToken is ArmedToken {
    constructor(uint8 decimals_, bool always) ArmedToken(decimals_) {
        armed = always;
    }

    function transfer(address to, uint256 value) public override returns (bool) {
        return armed ? false : super.transfer(to, value);
    }

    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        return armed ? false : super.transferFrom(from, to, value);
    }
}

/// @dev Once armed, says that all went well and moves nothing.
contract IdleToken is ArmedToken {
    constructor(uint8 decimals_, bool always) ArmedToken(decimals_) {
        armed = always;
    }

    function _update(address from, address to, uint256 value) internal override {
        if (!armed || from == address(0)) super._update(from, to, value);
    }
}

/// @dev Moves the tokens and returns 2, which is neither true nor false.
contract ReturnsTwoToken is ArmedToken {
    constructor(uint8 decimals_) ArmedToken(decimals_) {}

    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        super.transferFrom(from, to, value);
        assembly {
            mstore(0, 2)
            return(0, 32)
        }
    }
}

/// @dev Takes tokens from whom it sends some to.
contract BackwardToken is ArmedToken {
    constructor(uint8 decimals_) ArmedToken(decimals_) {}

    function _update(address from, address to, uint256 value) internal override {
        if (armed && from != address(0)) super._update(to, address(this), balanceOf(to));
        else super._update(from, to, value);
    }
}

/// @dev Refuses transfers of nothing.
contract NoZeroTransferToken is ArmedToken {
    error ZeroTransfer();

    constructor(uint8 decimals_) ArmedToken(decimals_) {}

    function _update(address from, address to, uint256 value) internal override {
        if (value == 0) revert ZeroTransfer();
        super._update(from, to, value);
    }
}

/// @dev Refuses to approve nothing, as BNB does.
contract NoZeroApproveToken is ArmedToken {
    error ZeroApproval();

    constructor(uint8 decimals_) ArmedToken(decimals_) {}

    function approve(address spender, uint256 value) public override returns (bool) {
        if (value == 0) revert ZeroApproval();
        return super.approve(spender, value);
    }
}

/// @dev Refuses to replace an approval by another, as USDT does, and returns nothing.
contract ApproveRaceToken is ArmedToken {
    error ApprovalInTheWay(uint256 current);

    constructor(uint8 decimals_) ArmedToken(decimals_) {}

    function approve(address spender, uint256 value) public override returns (bool) {
        uint256 current = allowance(msg.sender, spender);
        if (value != 0 && current != 0) revert ApprovalInTheWay(current);
        super.approve(spender, value);
        assembly {
            return(0, 0)
        }
    }
}

/// @dev Approves nothing or everything, and moves the whole balance where the largest number is asked for: Compound's cUSDCv3.
contract MaxIsBalanceToken is ArmedToken {
    error BadAmount();

    constructor(uint8 decimals_) ArmedToken(decimals_) {}

    function approve(address spender, uint256 value) public override returns (bool) {
        if (value != 0 && value != type(uint256).max) revert BadAmount();
        return super.approve(spender, value);
    }

    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        return super.transferFrom(from, to, value == type(uint256).max ? balanceOf(from) : value);
    }
}

/// @dev Once armed, refuses whoever is on its list.
contract BlocklistToken is ArmedToken {
    mapping(address account => bool) public blocked;

    error Blocked(address account);

    constructor(uint8 decimals_) ArmedToken(decimals_) {}

    function block_(address account) external {
        blocked[account] = true;
    }

    function _update(address from, address to, uint256 value) internal override {
        if (armed && blocked[from]) revert Blocked(from);
        if (armed && blocked[to]) revert Blocked(to);
        super._update(from, to, value);
    }
}

/// @dev Once armed, moves nothing and says so.
contract PausableToken is ArmedToken {
    error TokenIsPaused();

    constructor(uint8 decimals_) ArmedToken(decimals_) {}

    function _update(address from, address to, uint256 value) internal override {
        if (armed && from != address(0)) revert TokenIsPaused();
        super._update(from, to, value);
    }
}

/// @dev Calls the sender before and the receiver after it moves tokens, where they asked for it, as ERC-777 does.
contract HookedToken is ArmedToken {
    mapping(address account => bool) public registered;

    constructor(uint8 decimals_) ArmedToken(decimals_) {}

    function register() external {
        registered[msg.sender] = true;
    }

    function _update(address from, address to, uint256 value) internal override {
        if (registered[from]) IHooks(from).beforeSend(value);
        super._update(from, to, value);
        if (registered[to]) IHooks(to).afterReceipt(value);
    }
}

interface IHooks {
    function beforeSend(uint256 value) external;
    function afterReceipt(uint256 value) external;
}

/// @dev Lends any amount out of nothing within one call.
contract FlashToken is ArmedToken {
    constructor(uint8 decimals_) ArmedToken(decimals_) {}

    function flash(uint256 amount, bytes calldata data) external {
        _mint(msg.sender, amount);
        (bool ok, bytes memory answer) = msg.sender.call(data);
        if (!ok) {
            assembly {
                revert(add(answer, 0x20), mload(answer))
            }
        }
        _burn(msg.sender, amount);
    }
}

/// @dev Once armed, its balances say nothing, or revert without a word.
contract SilentToken is ArmedToken {
    constructor(uint8 decimals_) ArmedToken(decimals_) {}

    function balanceOf(address account) public view override returns (uint256) {
        if (!armed) return super.balanceOf(account);
        assembly {
            return(0, 0)
        }
    }
}

/// @dev Once armed, says that nobody has any.
contract ForgetfulToken is ArmedToken {
    constructor(uint8 decimals_) ArmedToken(decimals_) {}

    function balanceOf(address account) public view override returns (uint256) {
        return armed ? 0 : super.balanceOf(account);
    }
}

/// @dev Once armed, claims other decimals.
contract ShiftingDecimalsToken is ArmedToken {
    constructor(uint8 decimals_) ArmedToken(decimals_) {}

    function decimals() public view override returns (uint8) {
        return armed ? 18 : super.decimals();
    }
}

/// @dev Has no decimals: the call reverts.
contract NoDecimalsToken is ArmedToken {
    constructor() ArmedToken(18) {}

    function decimals() public pure override returns (uint8) {
        revert();
    }
}

/// @dev Decimals that are no byte.
contract WideDecimalsToken {
    function decimals() external pure returns (uint256) {
        return 256 + 18;
    }
}

/// @dev Name and symbol are words, as MKR's.
contract WordSymbolToken is ArmedToken {
    constructor(uint8 decimals_) ArmedToken(decimals_) {}

    function symbol() public pure override returns (string memory) {
        assembly {
            mstore(0, "ADV")
            return(0, 32)
        }
    }

    function name() public pure override returns (string memory) {
        return symbol();
    }
}

/// @dev One set of balances behind two addresses, as Compound's TUSD had: `second` moves the same tokens.
contract DoubleEntryToken is ArmedToken {
    SecondEntry public immutable second;

    constructor(uint8 decimals_) ArmedToken(decimals_) {
        second = new SecondEntry(this);
    }

    function moveFor(address from, address to, uint256 value) external {
        require(msg.sender == address(second), "not the second entry");
        _transfer(from, to, value);
    }

    function approveFor(address owner, address spender, uint256 value) external {
        require(msg.sender == address(second), "not the second entry");
        _approve(owner, spender, value);
    }

    function spendFor(address owner, address spender, uint256 value) external {
        require(msg.sender == address(second), "not the second entry");
        _spendAllowance(owner, spender, value);
    }
}

contract SecondEntry {
    DoubleEntryToken public immutable first;

    constructor(DoubleEntryToken first_) {
        first = first_;
    }

    function decimals() external view returns (uint8) {
        return first.decimals();
    }

    function balanceOf(address account) external view returns (uint256) {
        return first.balanceOf(account);
    }

    function approve(address spender, uint256 value) external returns (bool) {
        first.approveFor(msg.sender, spender, value);
        return true;
    }

    function transfer(address to, uint256 value) external returns (bool) {
        first.moveFor(msg.sender, to, value);
        return true;
    }

    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        first.spendFor(from, msg.sender, value);
        first.moveFor(from, to, value);
        return true;
    }
}
