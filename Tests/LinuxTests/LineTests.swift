import Testing

@testable import Linux

@Suite("Lines")
struct LineTests {
    @Test("a stream is split into the same lines, however it is chunked", arguments: 1...7)
    func lines(size: Int) {
        let text = Array("one\ntwo\r\n\r\nthree\rfour\r\r\nlong-long-long\nend".utf8)
        var splitter = LineSplitter(limit: 9)
        var lines: [String] = []
        for start in stride(from: 0, to: text.count, by: size) {
            splitter.append(text[start..<min(start + size, text.count)]) {
                lines.append(String(decoding: $0, as: UTF8.self))
            }
        }
        splitter.finish { lines.append(String(decoding: $0, as: UTF8.self)) }
        #expect(lines == ["one", "two", "", "three", "four", "", "long-long", "-long", "end"])
    }
}
