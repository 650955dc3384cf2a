import Glibc

/// The one place that prints.
enum Terminal {
    enum Stream {
        case output, error

        fileprivate var descriptor: CInt { self == .output ? STDOUT_FILENO : STDERR_FILENO }
    }

    /// How an answer is written where standard output leads to.
    static var format: Format { format(of: .output) }

    static func format(of stream: Stream) -> Format {
        guard isatty(stream.descriptor) == 1 else { return .lines }
        var size = winsize()
        let isKnown = ioctl(stream.descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        return .terminal(width: isKnown ? Int(size.ws_col) : 80, isStyled: Surroundings.allowsStyle)
    }

    static func say(_ text: String) { put(text, on: .output) }

    static func complain(_ text: String) { put(text, on: .error) }

    /// - Parameter end: what follows the text.
    static func put(_ text: String, on stream: Stream, end: String = "\n") {
        var bytes = Array((text + end).utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { write(stream.descriptor, $0.baseAddress, $0.count) }
            // If the reader has gone, there is nothing left to do.
            guard count > 0 || errno == EINTR else { return }
            bytes = bytes.dropFirst(max(count, 0))
        }
    }
}
