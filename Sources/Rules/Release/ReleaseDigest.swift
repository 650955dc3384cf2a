/// Tells whether two releases are the same, `.env` included, without revealing a value of either.
package enum ReleaseDigest {
    /// The length of the key, in bytes.
    package static let keyLength = 32

    /// The HMAC-SHA256 (RFC 2104) of a release's rendered model, in lower-case hexadecimal.
    package static func hex(_ model: [UInt8], key: [UInt8]) -> String {
        let short = key.count > block ? bytes(SHA256.hex(key)) : key
        let padded = short + Array(repeating: 0, count: block - short.count)
        let inner = bytes(SHA256.hex(padded.map { $0 ^ 0x36 } + model))
        return SHA256.hex(padded.map { $0 ^ 0x5c } + inner)
    }

    /// The length of SHA-256's block, in bytes.
    private static let block = 64

    private static func bytes(_ hex: String) -> [UInt8] {
        let digits = hex.compactMap(\.hexDigitValue).map { UInt8($0) }
        return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}
