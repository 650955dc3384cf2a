import Deploy
import FoundationEssentials
import Glibc
import Rules
import Systemd

/// The one place that prints for a person, or for a script.
enum Terminal {
    static func say(_ lines: [String]) {
        put(lines.map(\.printable).joined(separator: "\n"), on: STDOUT_FILENO)
    }

    /// Prints a value as JSON, with sorted keys.
    static func say(json value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        put(String(decoding: try encoder.encode(value), as: UTF8.self), on: STDOUT_FILENO)
    }

    static func complain(_ error: any Error) {
        complain(Failure(any: error).reason)
    }

    static func complain(_ text: String) {
        put("berth: \(text.printable)", on: STDERR_FILENO)
    }

    private static func put(_ text: String, on descriptor: CInt) {
        guard !text.isEmpty else { return }
        var bytes = Array((text + "\n").utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            // Nobody reads any more: there is nobody to tell.
            guard count > 0 || errno == EINTR else { return }
            bytes = bytes.dropFirst(max(count, 0))
        }
    }
}
