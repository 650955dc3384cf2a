/// Splits a stream of bytes into lines, however the stream is chunked.
///
/// A line ends with LF, CR LF or CR alone, so a progress display that overwrites itself yields one line per update. A
/// line longer than the limit is split into pieces of that size, so memory stays bounded.
package struct LineSplitter {
    private let limit: Int
    private var line: [UInt8] = []
    private var endedWithReturn = false

    /// - Parameter limit: The maximum length of a line, in bytes.
    package init(limit: Int = 16 * 1024) {
        self.limit = limit
    }

    /// Takes the next chunk of the stream, and calls `body` with each line that it completes, without the line ending.
    package mutating func append(_ bytes: some Sequence<UInt8>, _ body: (ArraySlice<UInt8>) -> Void) {
        // Through the sequence's own iterator, each byte would cost several calls.
        if bytes.withContiguousStorageIfAvailable({ split($0, body) }) == nil {
            Array(bytes).withUnsafeBufferPointer { split($0, body) }
        }
    }

    private mutating func split(_ bytes: UnsafeBufferPointer<UInt8>, _ body: (ArraySlice<UInt8>) -> Void) {
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

    /// Calls `body` with the last line if the stream ended without a line ending.
    package mutating func finish(_ body: (ArraySlice<UInt8>) -> Void) {
        if !line.isEmpty { flush(body) }
    }

    private mutating func flush(_ body: (ArraySlice<UInt8>) -> Void) {
        body(line[...])
        line.removeAll(keepingCapacity: true)
    }
}
