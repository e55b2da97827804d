// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IVolSurface} from "../../../contracts/interfaces/IVolSurface.sol";
import {MockWallet1271} from "../../../contracts/mocks/MockWallet1271.sol";
import {ExpiryNotRepresentable, UnderlyingNotRepresentable} from "../../../contracts/types/InstrumentId.sol";
import {SurfaceWord, SurfaceWordLib} from "../../../contracts/oracle/SurfaceWord.sol";
import {VolSurface} from "../../../contracts/oracle/VolSurface.sol";
import {SurfaceBase} from "./helpers/SurfaceBase.sol";

/// @dev Posting, signatures, governance and reads; what a surface must satisfy is in VolSurface.bounds.t.sol.
contract VolSurfaceTest is SurfaceBase {
    function test_PostsASurface() public {
        IVolSurface.Report memory report = usual();
        IVolSurface.Surface memory surface = _surfaceOf(report);
        uint256 word = SurfaceWord.unwrap(SurfaceWordLib.pack(surface));
        IVolSurface.Report[] memory batch = single(report);
        IVolSurface.Signature[] memory signatures = signed(batch);
        vm.expectEmit(address(surfaces));
        emit IVolSurface.SurfacePosted(ETH, EXPIRY, word);
        vm.prank(address(0xbeef));
        surfaces.post(batch, signatures);
        assertEq(abi.encode(surfaces.surfaceOf(ETH, EXPIRY)), abi.encode(surface));
        assertEq(surfaces.wordsOf(keyOf(ETH, EXPIRY))[0], word);
    }

    function test_PostsABatch() public {
        IVolSurface.Report[] memory batch = new IVolSurface.Report[](3);
        for (uint256 i; i < 3; ++i) {
            batch[i] = usual();
            batch[i].underlying = uint16(i + 1);
            batch[i].basis = int256(i) * 1e9;
        }
        surfaces.post(batch, signed(batch));
        uint256[] memory list = new uint256[](5);
        for (uint256 i; i < 5; ++i) list[i] = keyOf(4 - i, EXPIRY)[0];
        uint256[] memory words = surfaces.wordsOf(list);
        assertEq(words.length, 5);
        assertEq(words[0], 0);
        assertEq(words[4], 0);
        for (uint256 i; i < 3; ++i) {
            assertEq(SurfaceWord.wrap(words[3 - i]).unpack().basis, int256(i) * 1e9);
        }
        assertEq(surfaces.wordsOf(new uint256[](0)).length, 0);
    }

    function test_OneBadReportRefusesTheBatch() public {
        IVolSurface.Report[] memory batch = new IVolSurface.Report[](2);
        (batch[0], batch[1]) = (usual(), usual());
        IVolSurface.Signature[] memory signatures = signed(batch);
        // the second is not newer than the first, which is of the same expiry
        vm.expectRevert(abi.encodeWithSelector(IVolSurface.ReportNotNewer.selector, ETH, EXPIRY, NOW, NOW));
        surfaces.post(batch, signatures);
        assertEq(surfaces.surfaceOf(ETH, EXPIRY).timestamp, 0);
    }

    function test_RevertWhen_BatchIsEmpty() public {
        vm.expectRevert(IVolSurface.EmptyBatch.selector);
        surfaces.post(new IVolSurface.Report[](0), new IVolSurface.Signature[](2));
    }

    // ------------------------------------------------------------ times

    function test_RevertWhen_ReportIsNotNewer() public {
        post(usual());
        refuse(usual(), abi.encodeWithSelector(IVolSurface.ReportNotNewer.selector, ETH, EXPIRY, NOW, NOW));
        IVolSurface.Report memory older = usual();
        older.timestamp = uint40(NOW - 1);
        refuse(older, abi.encodeWithSelector(IVolSurface.ReportNotNewer.selector, ETH, EXPIRY, NOW - 1, NOW));
        vm.warp(NOW + 1);
        IVolSurface.Report memory newer = usual();
        newer.timestamp = uint40(NOW + 1);
        post(newer);
        assertEq(surfaces.surfaceOf(ETH, EXPIRY).timestamp, NOW + 1);
    }

    function test_RevertWhen_TimestampIsOutOfBounds() public {
        IVolSurface.Report memory report = usual();
        for (uint256 i; i < 2; ++i) {
            report.timestamp = uint40(i == 0 ? NOW + 1 : NOW - 3601);
            refuse(
                report,
                abi.encodeWithSelector(
                    IVolSurface.TimestampOutOfBounds.selector,
                    report.timestamp,
                    NOW - 3600,
                    NOW
                )
            );
        }
        report.timestamp = uint40(NOW - 3600);
        post(report);
    }

    function test_RevertWhen_ExpiryIsOutOfBounds() public {
        IVolSurface.Report memory report = usual();
        uint256 latest = NOW + 1126 days;
        uint40[3] memory wrong = [uint40(NOW), uint40(NOW - 3600), uint40(latest + 3600)];
        for (uint256 i; i < 3; ++i) {
            report.expirySec = wrong[i];
            refuse(
                report,
                abi.encodeWithSelector(
                    IVolSurface.ExpiryOutOfBounds.selector,
                    report.expirySec,
                    NOW + 1,
                    latest
                )
            );
        }
        report.expirySec = EXPIRY + 1;
        refuse(report, abi.encodeWithSelector(ExpiryNotRepresentable.selector, EXPIRY + 1));
        report.expirySec = uint40(latest);
        report.a = 1e18;
        report.basis = 0;
        post(report);
    }

    function test_RevertWhen_UnderlyingIsOutOfRange() public {
        IVolSurface.Report memory report = usual();
        report.underlying = 0;
        refuse(report, abi.encodeWithSelector(UnderlyingNotRepresentable.selector, 0));
        report.underlying = 4096;
        refuse(report, abi.encodeWithSelector(UnderlyingNotRepresentable.selector, 4096));
        report.underlying = 4095;
        post(report);
    }

    // ------------------------------------------------------------ signatures

    /// @dev EIP-712 by hand.
    function test_BatchHash() public view {
        string memory reportType =
            "SurfaceReport(uint16 underlying,uint40 expirySec,int256 a,uint256 b,int256 rho,int256 m,uint256 sigma,int256 basis,uint40 timestamp)";
        IVolSurface.Report memory r = usual();
        bytes32 one = keccak256(
            bytes.concat(
                keccak256(bytes(reportType)),
                abi.encode(r.underlying, r.expirySec, r.a, r.b, r.rho),
                abi.encode(r.m, r.sigma, r.basis, r.timestamp)
            )
        );
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("Novate VolSurface"),
                keccak256("1"),
                block.chainid,
                address(surfaces)
            )
        );
        bytes32 batchType = keccak256(
            bytes.concat("SurfaceBatch(SurfaceReport[] reports)", bytes(reportType))
        );
        bytes32 batch = keccak256(abi.encode(batchType, keccak256(abi.encodePacked(one, one))));
        IVolSurface.Report[] memory reports = new IVolSurface.Report[](2);
        (reports[0], reports[1]) = (r, r);
        assertEq(surfaces.batchHash(reports), keccak256(abi.encodePacked(hex"1901", domain, batch)));
    }

    function test_MoreSignaturesThanNeeded() public {
        IVolSurface.Report[] memory batch = single(usual());
        surfaces.post(batch, _signedBy(batch, keys[0], keys[1], keys[2]));
    }

    function test_AnyTwoSuffice() public {
        IVolSurface.Report[] memory batch = single(usual());
        IVolSurface.Signature[] memory signatures = signed(batch);
        signatures[1] = sign(keys[2], surfaces.batchHash(batch));
        surfaces.post(batch, signatures);
    }

    function test_RevertWhen_TooFewSignatures() public {
        IVolSurface.Report[] memory batch = single(usual());
        vm.expectRevert(abi.encodeWithSelector(IVolSurface.TooFewSignatures.selector, 0, 2));
        surfaces.post(batch, new IVolSurface.Signature[](0));
        IVolSurface.Signature[] memory one = new IVolSurface.Signature[](1);
        one[0] = sign(keys[0], surfaces.batchHash(batch));
        vm.expectRevert(abi.encodeWithSelector(IVolSurface.TooFewSignatures.selector, 1, 2));
        surfaces.post(batch, one);
    }

    function test_RevertWhen_ASignerSignsTwice() public {
        IVolSurface.Report[] memory batch = single(usual());
        IVolSurface.Signature[] memory signatures = signed(batch);
        signatures[1] = signatures[0];
        vm.expectRevert(abi.encodeWithSelector(IVolSurface.DuplicateSigner.selector, vm.addr(keys[0])));
        surfaces.post(batch, signatures);
        signatures = _signedBy(batch, keys[0], keys[1], keys[0]);
        vm.expectRevert(
            abi.encodeWithSelector(IVolSurface.SignersNotSorted.selector, vm.addr(keys[1]), vm.addr(keys[0]))
        );
        surfaces.post(batch, signatures);
    }

    function test_RevertWhen_SignerIsUnknown() public {
        IVolSurface.Report[] memory batch = single(usual());
        IVolSurface.Signature[] memory signatures = signed(batch);
        signatures[1] = sign(0xdead, surfaces.batchHash(batch));
        vm.expectRevert(abi.encodeWithSelector(IVolSurface.UnknownSigner.selector, vm.addr(0xdead)));
        surfaces.post(batch, signatures);
        signatures[0].signer = address(0);
        vm.expectRevert(abi.encodeWithSelector(IVolSurface.UnknownSigner.selector, address(0)));
        surfaces.post(batch, signatures);
    }

    function test_RevertWhen_SignatureIsNotTheSigners() public {
        IVolSurface.Report[] memory batch = single(usual());
        IVolSurface.Signature[] memory signatures = signed(batch);
        bytes memory refusal = abi.encodeWithSelector(
            IVolSurface.InvalidSurfaceSignature.selector,
            vm.addr(keys[1])
        );
        bytes memory good = signatures[1].signature;
        bytes[4] memory wrong = [signatures[0].signature, bytes(""), new bytes(65), new bytes(64)];
        for (uint256 i; i < wrong.length; ++i) {
            signatures[1].signature = wrong[i];
            vm.expectRevert(refusal);
            surfaces.post(batch, signatures);
        }
        // of other reports
        signatures[1].signature = good;
        batch[0].a += 1e6;
        vm.expectRevert(
            abi.encodeWithSelector(IVolSurface.InvalidSurfaceSignature.selector, vm.addr(keys[0]))
        );
        surfaces.post(batch, signatures);
    }

    function test_RevertWhen_SignedForAnotherContract() public {
        IVolSurface.Report[] memory batch = single(usual());
        IVolSurface.Signature[] memory signatures = signed(batch);
        VolSurface other = new VolSurface(address(manager), surfaces.signers(), 2);
        vm.expectRevert(
            abi.encodeWithSelector(IVolSurface.InvalidSurfaceSignature.selector, vm.addr(keys[0]))
        );
        other.post(batch, signatures);
    }

    function test_RevertWhen_SignedForAnotherChain() public {
        IVolSurface.Report[] memory batch = single(usual());
        IVolSurface.Signature[] memory signatures = signed(batch);
        vm.chainId(10);
        vm.expectRevert(
            abi.encodeWithSelector(IVolSurface.InvalidSurfaceSignature.selector, vm.addr(keys[0]))
        );
        surfaces.post(batch, signatures);
    }

    function test_ContractWalletsSign() public {
        MockWallet1271 wallet = new MockWallet1271(vm.addr(keys[0]));
        address[] memory signers = new address[](1);
        signers[0] = address(wallet);
        surfaces.setSigners(signers, 1);
        IVolSurface.Report[] memory batch = single(usual());
        IVolSurface.Signature[] memory signatures = new IVolSurface.Signature[](1);
        signatures[0] = sign(keys[0], surfaces.batchHash(batch));
        signatures[0].signer = address(wallet);
        for (uint8 i = 1; i < 7; ++i) {
            wallet.setBehaviour(MockWallet1271.Behaviour(i));
            vm.expectRevert(
                abi.encodeWithSelector(IVolSurface.InvalidSurfaceSignature.selector, address(wallet))
            );
            surfaces.post(batch, signatures);
        }
        wallet.setBehaviour(MockWallet1271.Behaviour.Check);
        surfaces.post(batch, signatures);
    }

    // ------------------------------------------------------------ governance

    function test_SetsSigners() public {
        address[] memory signers = new address[](16);
        for (uint256 i; i < 16; ++i) signers[i] = address(uint160(i + 1));
        signers[7] = vm.addr(keys[1]);
        vm.expectEmit(address(surfaces));
        emit IVolSurface.SignersSet(signers, 16);
        surfaces.setSigners(signers, 16);
        assertEq(surfaces.signers(), signers);
        assertEq(surfaces.threshold(), 16);
        assertTrue(surfaces.isSigner(address(16)));
        assertTrue(surfaces.isSigner(vm.addr(keys[1])));
        assertFalse(surfaces.isSigner(vm.addr(keys[0])));
    }

    function test_RevertWhen_SignersAreWrong() public {
        address[] memory signers = new address[](0);
        vm.expectRevert(abi.encodeWithSelector(IVolSurface.SignerCountOutOfBounds.selector, 0, 1, 16));
        surfaces.setSigners(signers, 0);
        vm.expectRevert(abi.encodeWithSelector(IVolSurface.SignerCountOutOfBounds.selector, 0, 1, 16));
        new VolSurface(address(manager), signers, 1);
        vm.expectRevert(abi.encodeWithSelector(IVolSurface.SignerCountOutOfBounds.selector, 17, 1, 16));
        surfaces.setSigners(new address[](17), 1);
        signers = new address[](2);
        signers[0] = address(1);
        vm.expectRevert(abi.encodeWithSelector(IVolSurface.ThresholdOutOfBounds.selector, 0, 2));
        surfaces.setSigners(signers, 0);
        vm.expectRevert(abi.encodeWithSelector(IVolSurface.ThresholdOutOfBounds.selector, 3, 2));
        surfaces.setSigners(signers, 3);
        vm.expectRevert(abi.encodeWithSelector(IVolSurface.InvalidSigner.selector, address(0)));
        surfaces.setSigners(signers, 1);
        signers[1] = address(1);
        vm.expectRevert(abi.encodeWithSelector(IVolSurface.DuplicateSigner.selector, address(1)));
        surfaces.setSigners(signers, 1);
    }

    function test_RemovesASigner() public {
        address gone = vm.addr(keys[0]);
        vm.expectEmit(address(surfaces));
        emit IVolSurface.SignerRemoved(gone);
        surfaces.removeSigner(gone);
        assertFalse(surfaces.isSigner(gone));
        assertEq(surfaces.signers().length, 2);
        assertEq(surfaces.threshold(), 2);
        IVolSurface.Report[] memory batch = single(usual());
        IVolSurface.Signature[] memory signatures = signed(batch);
        vm.expectRevert(abi.encodeWithSelector(IVolSurface.UnknownSigner.selector, gone));
        surfaces.post(batch, signatures);
        vm.expectRevert(abi.encodeWithSelector(IVolSurface.UnknownSigner.selector, gone));
        surfaces.removeSigner(gone);
        vm.expectRevert(abi.encodeWithSelector(IVolSurface.ThresholdOutOfBounds.selector, 2, 1));
        surfaces.removeSigner(vm.addr(keys[1]));
    }

    function test_RemovesTheLastOfTheList() public {
        address[] memory before = surfaces.signers();
        surfaces.removeSigner(before[2]);
        assertEq(surfaces.signers()[0], before[0]);
        assertEq(surfaces.signers()[1], before[1]);
    }

    function test_RevertWhen_CallerIsNotAdmin() public {
        address signer = vm.addr(keys[0]);
        vm.startPrank(address(0xbad));
        bytes memory refusal = abi.encodeWithSelector(
            IAccessManaged.AccessManagedUnauthorized.selector,
            address(0xbad)
        );
        vm.expectRevert(refusal);
        surfaces.setSigners(new address[](1), 1);
        vm.expectRevert(refusal);
        surfaces.removeSigner(signer);
        vm.stopPrank();
    }

    // ------------------------------------------------------------ gas

    /// @dev A cold slot is 2,100; what a key costs beyond it.
    function test_GasOfWordsOfPerKey() public {
        uint256 few = _gasOfWords(8);
        uint256 many = _gasOfWords(40);
        uint256 perKey = (many - few) / 32;
        assertLt(perKey, 2_100 + 150);
        // and it did read cold slots
        assertGt(perKey, 2_100);
    }

    /// @dev Posting one surface more in a batch: its 51 points of g and a slot that was empty.
    function test_GasOfAReport() public {
        uint256 few = _gasOfPost(1, 1);
        uint256 many = _gasOfPost(11, 11);
        assertLt((many - few) / 10, 120_000);
    }

    function _gasOfPost(uint256 count, uint256 from) private returns (uint256 used) {
        IVolSurface.Report[] memory batch = new IVolSurface.Report[](count);
        for (uint256 i; i < count; ++i) {
            batch[i] = usual();
            batch[i].underlying = uint16(from + i);
        }
        IVolSurface.Signature[] memory signatures = signed(batch);
        used = gasleft();
        surfaces.post(batch, signatures);
        used -= gasleft();
    }

    function _gasOfWords(uint256 count) private returns (uint256 used) {
        uint256[] memory list = new uint256[](count);
        for (uint256 i; i < count; ++i) list[i] = ((count << 20) | (i + 1));
        bytes memory data = abi.encodeCall(IVolSurface.wordsOf, (list));
        address target = address(surfaces);
        // the account is warm by now, the slots are not
        assertEq(surfaces.threshold(), 2);
        uint256 before = gasleft();
        assembly ("memory-safe") {
            pop(staticcall(gas(), target, add(data, 0x20), mload(data), 0, 0))
        }
        used = before - gasleft();
    }

    // ------------------------------------------------------------ inside

    function _signedBy(
        IVolSurface.Report[] memory batch,
        uint256 first,
        uint256 second,
        uint256 third
    ) private view returns (IVolSurface.Signature[] memory signatures) {
        bytes32 digest = surfaces.batchHash(batch);
        signatures = new IVolSurface.Signature[](3);
        signatures[0] = sign(first, digest);
        signatures[1] = sign(second, digest);
        signatures[2] = sign(third, digest);
    }

    function _surfaceOf(IVolSurface.Report memory r) private pure returns (IVolSurface.Surface memory) {
        return IVolSurface.Surface(r.a, r.b, r.rho, r.m, r.sigma, r.basis, r.timestamp);
    }
}
