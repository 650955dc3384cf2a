// Pure: values in, values out.

/// The name by which berth keeps an image on the host after its own tag has moved on: `berth/<app>/<service>:<number>`.
package enum KeepTag {
    /// - Parameters:
    ///   - app: an app's name, which may stand in a reference as it is.
    ///   - service: a service's name; one that may not (an upper-case letter, say) is written in hexadecimal.
    package static func reference(app: String, service: String, number: Int) -> String {
        "berth/\(app)/\(component(service)):\(number)"
    }

    /// The app and the number that such a name stands for; nil for any other name.
    package static func parse(_ reference: String) -> (app: String, number: Int)? {
        // Of thousands of names few are berth's.
        guard reference.hasPrefix("berth/") else { return nil }
        let parts = reference.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, let colon = parts[2].lastIndex(of: ":") else { return nil }
        guard let number = Int(parts[2][parts[2].index(after: colon)...]) else { return nil }
        return (String(parts[1]), number)
    }

    /// The same names, those of this form before all others.
    package static func first(_ names: [String]) -> [String] {
        names.filter { parse($0) != nil }.sorted() + names.filter { parse($0) == nil }.sorted()
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
