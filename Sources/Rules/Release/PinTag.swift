import DockerModel

/// The tag with which berth pins an image to the host after the image's own tag has moved:
/// `berth/<app>/<service>:<number>`, or `berth/<app>/image__<digest>:<number>` for an image that is no service's own.
package enum PinTag {
    /// - Parameter use: a service is written in hexadecimal if it is not valid in a reference, for example in upper case;
    ///   of any other use, the name has a part of its SHA-256. No service's name gives two underscores in a row.
    package static func reference(app: AppName, use: ImageUse, number: Int) -> ImageReference {
        let name = use.isService ? component(use.rawValue) : "image__\(SHA256.hex(Array(use.rawValue.utf8)).prefix(16))"
        return ImageReference(rawValue: "berth/\(app)/\(name):\(number)")
    }

    /// What the repositories of an app's pins have in common, as a filter of the Engine says it.
    package static func pattern(of app: AppName) -> String { "berth/\(app)/*" }

    /// The app and the number of such a tag; nil for any other reference.
    package static func parse(_ reference: ImageReference) -> (app: AppName, number: Int)? {
        let text = reference.rawValue
        // Few of thousands of references are pins.
        guard text.hasPrefix("berth/") else { return nil }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, let app = AppName(String(parts[1])), let colon = parts[2].lastIndex(of: ":"),
            let number = Int(parts[2][parts[2].index(after: colon)...])
        else { return nil }
        return (app, number)
    }

    /// The same references, pins before all others.
    package static func first(_ references: [ImageReference]) -> [ImageReference] {
        references.filter { parse($0) != nil }.sorted() + references.filter { parse($0) == nil }.sorted()
    }

    /// A path component of a repository: lower-case letters and digits, with single separators between them (Docker's
    /// reference grammar, `path-component`).
    private static func component(_ service: String) -> String {
        let isAlphanumeric: (UInt8) -> Bool = { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        let bytes = Array(service.utf8)
        let isPlain = zip(bytes, bytes.dropFirst()).allSatisfy { isAlphanumeric($0) || isAlphanumeric($1) }
        let isKnown = bytes.allSatisfy { isAlphanumeric($0) || [0x2D, 0x2E, 0x5F].contains($0) }
        let hasEnds = bytes.first.map(isAlphanumeric) == true && bytes.last.map(isAlphanumeric) == true
        guard isPlain, isKnown, hasEnds, !service.hasPrefix("0x") else {
            return "0x" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
        return service
    }
}
