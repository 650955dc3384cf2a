import Glibc

/// The one place that prints.
enum Terminal {
    /// How an answer is written where standard output leads to.
    static var format: Format {
        guard isatty(STDOUT_FILENO) == 1 else { return .lines }
        var size = winsize()
        let isKnown = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        return .terminal(width: isKnown ? Int(size.ws_col) : 80, isStyled: Surroundings.allowsStyle)
    }

    static func say(_ text: String) { put(text, on: STDOUT_FILENO) }

    static func complain(_ text: String) { put(text, on: STDERR_FILENO) }

    private static func put(_ text: String, on descriptor: CInt) {
        var bytes = Array((text + "\n").utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            // If the reader has gone, there is nothing left to do.
            guard count > 0 || errno == EINTR else { return }
            bytes = bytes.dropFirst(max(count, 0))
        }
    }
}
