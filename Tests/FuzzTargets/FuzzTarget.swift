/// Code that reads what others have written, and what must hold whatever that is.
///
/// `make fuzz` runs each target on inputs that libFuzzer makes, and `FuzzTests` on the seeds in `Fuzz/Corpus` and their
/// mutations.
package struct FuzzTarget: Sendable, CustomStringConvertible {
    /// Also the name of the folder of its seeds.
    package let description: String
    /// Throws a ``Violation``; a trap is a finding too.
    package let check: @Sendable ([UInt8]) throws -> Void

    init(_ description: String, _ check: @escaping @Sendable ([UInt8]) throws -> Void) {
        self.description = description
        self.check = check
    }

    package static let all: [FuzzTarget] = [
        .drop, .dotenv, .output, .engine, .events, .compose, .settings, .record, .history, .archive,
    ]

    package static func named(_ name: String) -> FuzzTarget? { all.first { $0.description == name } }
}

/// What must hold does not hold.
package struct Violation: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}

/// - Parameter statement: what must hold.
func hold(_ statement: @autoclosure () -> String, _ holds: Bool) throws {
    guard holds else { throw Violation("does not hold: \(statement())") }
}

extension Collection<UInt8> {
    var text: String { String(decoding: self, as: UTF8.self) }
}

extension [UInt8] {
    /// The parts of an input for code that reads two texts; a form feed ends the first one.
    var halves: (first: [UInt8], second: [UInt8]) {
        let end = firstIndex(of: 0x0C) ?? endIndex
        return (Array(self[..<end]), Array(self[end...].dropFirst()))
    }

    func contains(_ part: [UInt8]) -> Bool { part.isEmpty || place(of: part, from: 0) != nil }

    /// What stands between the occurrences of a text.
    func split(at mark: [UInt8]) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var start = 0
        while let place = place(of: mark, from: start) {
            pieces.append(Array(self[start..<place]))
            start = place + mark.count
        }
        return pieces + [Array(self[start...])]
    }

    /// Where the text begins next; targets look for many of them, so it compares only where its first byte is.
    private func place(of part: [UInt8], from start: Int) -> Int? {
        guard let first = part.first, count - start >= part.count else { return nil }
        return (start...count - part.count).first { self[$0] == first && self[$0...].starts(with: part) }
    }
}

extension String {
    /// Equal to the byte; `==` takes different spellings of an accent for the same.
    func isSame(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
