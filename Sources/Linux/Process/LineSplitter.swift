/// Cuts a stream of bytes into lines, whatever the pieces in which it arrives.
///
/// A line ends with LF, CR LF or CR alone: a progress display that overwrites itself becomes one line a state. A line
/// longer than the limit is handed out in pieces of that size, so memory stays bounded.
package struct LineSplitter {
    private let limit: Int
    private var line: [UInt8] = []
    private var endedWithReturn = false

    /// - Parameter limit: The most bytes that a line may have.
    package init(limit: Int = 16 * 1024) {
        self.limit = limit
    }

    /// Takes the next piece of the stream and hands out each line that it completes, without its ending.
    package mutating func append(_ bytes: some Sequence<UInt8>, _ body: (ArraySlice<UInt8>) -> Void) {
        for byte in bytes {
            let completesReturn = endedWithReturn && byte == UInt8(ascii: "\n")
            endedWithReturn = byte == UInt8(ascii: "\r")
            if completesReturn { continue }
            if byte == UInt8(ascii: "\n") || endedWithReturn {
                flush(body)
            } else {
                line.append(byte)
                if line.count == limit { flush(body) }
            }
        }
    }

    /// Hands out what is left when the stream ends without a line ending.
    package mutating func finish(_ body: (ArraySlice<UInt8>) -> Void) {
        if !line.isEmpty { flush(body) }
    }

    private mutating func flush(_ body: (ArraySlice<UInt8>) -> Void) {
        body(line[...])
        line.removeAll(keepingCapacity: true)
    }
}
