// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IVolSurface} from "../interfaces/IVolSurface.sol";
import {expiryKey} from "../types/ExpiryKey.sol";
import {KeyedWords} from "./KeyedWords.sol";
import {SurfaceBounds} from "./SurfaceBounds.sol";
import {SurfaceWord, SurfaceWordLib} from "./SurfaceWord.sol";

/// @title VolSurface: see IVolSurface
contract VolSurface is IVolSurface, EIP712, AccessManaged {
    bytes32 private constant REPORT_TYPEHASH = keccak256(
        "SurfaceReport(uint16 underlying,uint40 expirySec,int256 a,uint256 b,int256 rho,int256 m,uint256 sigma,"
        "int256 basis,uint40 timestamp)"
    );
    bytes32 private constant BATCH_TYPEHASH = keccak256(
        "SurfaceBatch(SurfaceReport[] reports)"
        "SurfaceReport(uint16 underlying,uint40 expirySec,int256 a,uint256 b,int256 rho,int256 m,uint256 sigma,"
        "int256 basis,uint40 timestamp)"
    );
    uint256 private constant YEAR = 365 days;
    uint256 private constant MAX_AHEAD_SEC = 3 * YEAR + 31 days;
    uint256 private constant MAX_REPORT_AGE_SEC = 1 hours;
    uint256 private constant MAX_SIGNERS = 16;

    mapping(uint256 key => uint256 word) private _words;
    /// @inheritdoc IVolSurface
    mapping(address signer => bool registered) public isSigner;
    address[] private _signers;
    /// @inheritdoc IVolSurface
    uint256 public threshold;

    constructor(
        address authority,
        address[] memory signers_,
        uint256 threshold_
    ) EIP712("Novate VolSurface", "1") AccessManaged(authority) {
        _setSigners(signers_, threshold_);
    }

    // ---------------------------------------------------------------- reads

    /// @inheritdoc IVolSurface
    function wordsOf(uint256[] calldata keys) external view returns (uint256[] memory) {
        KeyedWords.answer(_words, keys);
    }

    /// @inheritdoc IVolSurface
    function surfaceOf(uint16 underlying, uint40 expirySec) external view returns (Surface memory) {
        return SurfaceWord.wrap(_words[expiryKey(underlying, expirySec)]).unpack();
    }

    /// @inheritdoc IVolSurface
    function signers() external view returns (address[] memory) {
        return _signers;
    }

    /// @inheritdoc IVolSurface
    function batchHash(Report[] calldata reports) public view returns (bytes32) {
        uint256 count = reports.length;
        bytes32[] memory hashes = new bytes32[](count);
        for (uint256 i; i < count; ++i) {
            hashes[i] = keccak256(abi.encode(REPORT_TYPEHASH, reports[i]));
        }
        return _hashTypedDataV4(keccak256(abi.encode(BATCH_TYPEHASH, keccak256(abi.encodePacked(hashes)))));
    }

    // ---------------------------------------------------------------- writes

    /// @inheritdoc IVolSurface
    function post(Report[] calldata reports, Signature[] calldata signatures) external {
        if (reports.length == 0) revert EmptyBatch();
        _authorise(batchHash(reports), signatures);
        for (uint256 i; i < reports.length; ++i) {
            _post(reports[i]);
        }
    }

    /// @inheritdoc IVolSurface
    function setSigners(address[] calldata newSigners, uint256 newThreshold) external restricted {
        _setSigners(newSigners, newThreshold);
    }

    /// @inheritdoc IVolSurface
    function removeSigner(address signer) external restricted {
        if (!isSigner[signer]) revert UnknownSigner(signer);
        uint256 left = _signers.length - 1;
        if (left < threshold) revert ThresholdOutOfBounds(threshold, left);
        delete isSigner[signer];
        for (uint256 i; i < left; ++i) {
            if (_signers[i] != signer) continue;
            _signers[i] = _signers[left];
            break;
        }
        _signers.pop();
        emit SignerRemoved(signer);
    }

    // ---------------------------------------------------------------- signatures

    /// @dev The key goes first: a signer whose address has code (EIP-7702) can still sign with it.
    function _authorise(bytes32 digest, Signature[] calldata signatures) private view {
        uint256 count = signatures.length;
        if (count < threshold) revert TooFewSignatures(count, threshold);
        address previous;
        for (uint256 i; i < count; ++i) {
            Signature calldata signed = signatures[i];
            address signer = signed.signer;
            if (!isSigner[signer]) revert UnknownSigner(signer);
            if (signer == previous) revert DuplicateSigner(signer);
            if (signer < previous) revert SignersNotSorted(previous, signer);
            previous = signer;
            (address recovered, ECDSA.RecoverError failure, ) = ECDSA.tryRecoverCalldata(
                digest,
                signed.signature
            );
            if (failure == ECDSA.RecoverError.NoError && recovered == signer) continue;
            if (!SignatureChecker.isValidERC1271SignatureNowCalldata(signer, digest, signed.signature)) {
                revert InvalidSurfaceSignature(signer);
            }
        }
    }

    function _setSigners(address[] memory newSigners, uint256 newThreshold) private {
        uint256 count = newSigners.length;
        if (count == 0 || count > MAX_SIGNERS) revert SignerCountOutOfBounds(count, 1, MAX_SIGNERS);
        if (newThreshold == 0 || newThreshold > count) revert ThresholdOutOfBounds(newThreshold, count);
        for (uint256 i; i < _signers.length; ++i) {
            delete isSigner[_signers[i]];
        }
        for (uint256 i; i < count; ++i) {
            address signer = newSigners[i];
            if (signer == address(0)) revert InvalidSigner(signer);
            if (isSigner[signer]) revert DuplicateSigner(signer);
            isSigner[signer] = true;
        }
        _signers = newSigners;
        threshold = newThreshold;
        emit SignersSet(newSigners, newThreshold);
    }

    // ---------------------------------------------------------------- reports

    function _post(Report calldata report) private {
        (uint16 underlying, uint40 expirySec) = (report.underlying, report.expirySec);
        uint256 key = expiryKey(underlying, expirySec);
        _checkTimes(report, SurfaceWord.wrap(_words[key]).timestamp());
        Surface memory surface = Surface(
            report.a,
            report.b,
            report.rho,
            report.m,
            report.sigma,
            report.basis,
            report.timestamp
        );
        uint256 word = SurfaceWord.unwrap(SurfaceWordLib.pack(surface));
        SurfaceBounds.check(surface, ((expirySec - block.timestamp) * 1e18) / YEAR);
        _words[key] = word;
        emit SurfacePosted(underlying, expirySec, word);
    }

    function _checkTimes(Report calldata report, uint256 stored) private view {
        uint256 nowSec = block.timestamp;
        (uint256 expirySec, uint256 timestamp) = (report.expirySec, report.timestamp);
        if (expirySec <= nowSec || expirySec > nowSec + MAX_AHEAD_SEC) {
            revert ExpiryOutOfBounds(expirySec, nowSec + 1, nowSec + MAX_AHEAD_SEC);
        }
        if (timestamp > nowSec || timestamp + MAX_REPORT_AGE_SEC < nowSec) {
            revert TimestampOutOfBounds(timestamp, nowSec - MAX_REPORT_AGE_SEC, nowSec);
        }
        if (timestamp <= stored) {
            revert ReportNotNewer(report.underlying, report.expirySec, timestamp, stored);
        }
    }
}
