import DockerModel

extension History {
    /// The images and the digests of a deployment in few bytes, since an agent keeps those of every deployment: 64
    /// hexadecimal digits take 33 of them.
    struct Packed: Equatable, Sendable {
        /// The words one after the other: the release's digest, the Compose file's, then the use and the ID of each image,
        /// sorted by use. Empty if there is none of them.
        private let bytes: [UInt8]

        init(_ images: [ImageUse: ImageID], composeDigest: String?, releaseDigest: String?) {
            self.init(
                images.map { (Self.word($0.rawValue), Self.word($1.rawValue)) },
                composeDigest: composeDigest.map(Self.word),
                releaseDigest: releaseDigest.map(Self.word)
            )
        }

        /// - Parameter images: in any order; of a use that occurs twice, the later one counts.
        init(
            _ images: [(use: ArraySlice<UInt8>, id: ArraySlice<UInt8>)],
            composeDigest: ArraySlice<UInt8>?,
            releaseDigest: ArraySlice<UInt8>?
        ) {
            guard !images.isEmpty || composeDigest != nil || releaseDigest != nil else {
                bytes = []
                return
            }
            var packer = Packer()
            packer.add(releaseDigest)
            packer.add(composeDigest)
            for (use, id) in images.sorted(by: { $0.use.lexicographicallyPrecedes($1.use) }) {
                packer.add(use)
                packer.add(id)
            }
            bytes = packer.packed
        }

        var releaseDigest: String? {
            var reader = Reader(rest: bytes[...])
            return reader.next()
        }

        var composeDigest: String? {
            var reader = Reader(rest: bytes[...])
            reader.skip()
            return reader.next()
        }

        var images: [ImageUse: ImageID] {
            var reader = Reader(rest: bytes[...])
            reader.skip()
            reader.skip()
            var images: [ImageUse: ImageID] = [:]
            while let use = reader.next(), let id = reader.next() {
                images[ImageUse(rawValue: use)] = ImageID(rawValue: id)
            }
            return images
        }

        private static func word(_ text: String) -> ArraySlice<UInt8> { Array(text.utf8)[...] }
    }
}

/// How a word is packed; its first byte says so.
private enum Kind: UInt8 {
    case none
    /// Four bytes with the length, then the bytes.
    case text
    /// The bytes that 64 lower-case hexadecimal digits stand for.
    case digest
    /// The same, after `sha256:`.
    case named

    static let prefix = Array("sha256:".utf8)
    static let size = 32
}

private struct Packer {
    private var bytes: [UInt8] = []

    /// Without room for more.
    var packed: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: bytes.count) { buffer, count in
            count = bytes.count
            _ = buffer.update(fromContentsOf: bytes)
        }
    }

    mutating func add(_ word: ArraySlice<UInt8>?) {
        guard let word else { return bytes.append(Kind.none.rawValue) }
        let isNamed = word.starts(with: Kind.prefix)
        if add(digits: isNamed ? word.dropFirst(Kind.prefix.count) : word, isNamed ? .named : .digest) { return }
        bytes.append(Kind.text.rawValue)
        let count = UInt32(clamping: word.count)
        for shift in stride(from: UInt32(0), through: 24, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: count >> shift))
        }
        bytes += word
    }

    /// - Returns: false, and nothing is added, if these are not 64 digits.
    private mutating func add(digits: ArraySlice<UInt8>, _ kind: Kind) -> Bool {
        guard digits.count == 2 * Kind.size else { return false }
        let start = bytes.count
        bytes.append(kind.rawValue)
        var high: UInt8?
        for digit in digits {
            guard let half = Self.value(digit) else {
                bytes.removeSubrange(start...)
                return false
            }
            if let first = high {
                bytes.append(first << 4 | half)
                high = nil
            } else {
                high = half
            }
        }
        return true
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}

private struct Reader {
    var rest: ArraySlice<UInt8>

    mutating func skip() { _ = take() }

    /// The next word; nil if there is none.
    mutating func next() -> String? {
        guard let (kind, content) = take() else { return nil }
        switch kind {
        case .none: return nil
        case .text: return String(decoding: content, as: UTF8.self)
        case .digest: return Self.text(content)
        case .named: return Self.text(content, after: Kind.prefix)
        }
    }

    private mutating func take() -> (kind: Kind, content: ArraySlice<UInt8>)? {
        guard let kind = rest.popFirst().flatMap(Kind.init) else { return nil }
        let count: Int
        switch kind {
        case .none: count = 0
        case .digest, .named: count = Kind.size
        case .text:
            count = rest.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(4)
        }
        defer { rest = rest.dropFirst(count) }
        return (kind, rest.prefix(count))
    }

    private static func text(_ content: ArraySlice<UInt8>, after prefix: [UInt8] = []) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text = prefix
        text.reserveCapacity(prefix.count + 2 * Kind.size)
        for byte in content {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
