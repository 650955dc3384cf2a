import Synchronization
import Testing

@testable import Deploy

@Suite struct CommandOutputTests {
    /// What is passed on of so many lines.
    private func said(_ count: Int) -> [String] {
        let said = Mutex<[String]>([])
        let output = CommandOutput { line in said.withLock { $0.append(line) } }
        for number in 0..<count { output.take("line \(number)") }
        output.end()
        return said.withLock { $0 }
    }

    @Test(arguments: [0, 1, 2000, 2050])
    func nothingIsLeftOutOfFewLines(count: Int) {
        #expect(said(count) == (0..<count).map { "line \($0)" })
    }

    @Test func ofManyTheFirstAndTheLastStay() {
        let said = said(100_000)
        #expect(said.count == CommandOutput.first + 1 + CommandOutput.last)
        #expect(said[CommandOutput.first] == "… 97950 lines are left out")
        #expect(said.last == "line 99999")
    }
}
