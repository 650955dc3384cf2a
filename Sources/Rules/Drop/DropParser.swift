/// One `NAME=VALUE` line of a drop.
package struct Assignment: Equatable, Sendable {
    /// The line's number, from 1.
    package let line: Int
    package let name: String
    /// Everything after the first `=`, literally: no quoting, no expansion.
    package let value: String
}

/// Why a drop is refused as a whole. It never quotes a value of the drop, which may be a secret.
package struct DropRefusal: Explained, Equatable {
    package let cause: Cause
    /// The offending line's number, from 1; nil if the drop as a whole is wrong.
    package let line: Int?
    package let problem: String
    package let hint: String?

    package init(_ cause: Cause = .dropMalformed, line: Int? = nil, problem: String, hint: String) {
        self.cause = cause
        self.line = line
        self.problem = problem
        self.hint = hint
    }

    package var subject: String { line.map { ".env.deploy line \($0):" } ?? ".env.deploy:" }
}

/// Parses a drop as `deploy.sh` did:
///
///     while IFS= read -r line || [ -n "$line" ]; do
///         case "$line" in [A-Za-z0-9_]*=*) export "$line" ;; esac
///     done < .env.deploy
///
/// A last line without a newline counts, and a line that does not match is skipped. If the loop would end in a shell
/// error or misread the file (a NUL byte), the whole drop is refused. Unlike the loop, the parser drops a carriage
/// return before the newline.
package enum DropParser {
    /// The maximum size of a drop, in bytes.
    package static let sizeLimit = 64 * 1024

    /// Parses the whole drop, even after an invalid line: CI waits for its `BERTH_REQUEST`.
    ///
    /// - Returns: the assignments in line order, in which a name may come twice; and the first reason to refuse the
    ///   drop, if any. A refused drop must not be deployed.
    package static func parse(_ bytes: [UInt8]) -> (assignments: [Assignment], refusal: DropRefusal?) {
        guard bytes.count <= sizeLimit else {
            let refusal = DropRefusal(
                problem: "larger than \(sizeLimit / 1024) KiB",
                hint: "a drop has a few NAME=VALUE lines; deliver files separately"
            )
            return ([], refusal)
        }
        var assignments: [Assignment] = []
        var refusal: DropRefusal?
        for (index, line) in bytes.split(separator: newline, omittingEmptySubsequences: false).enumerated() {
            do throws(DropRefusal) {
                if let assignment = try parse(line: line, number: index + 1) { assignments.append(assignment) }
            } catch {
                refusal = refusal ?? error
            }
        }
        return (assignments, refusal)
    }

    /// Whether a shell can export the name: a letter or an underscore, then letters, digits and underscores, in ASCII.
    package static func isExportable(_ name: some Collection<UInt8>) -> Bool {
        guard let first = name.first, !isDigit(first) else { return false }
        return name.allSatisfy(isNameByte)
    }

    private static func parse(line: ArraySlice<UInt8>, number: Int) throws(DropRefusal) -> Assignment? {
        guard !line.contains(0) else {
            throw DropRefusal(
                line: number,
                problem: "contains a NUL byte",
                hint: "write the drop as plain text"
            )
        }
        let line = line.last == carriageReturn ? line.dropLast() : line
        guard let first = line.first, isNameByte(first), let equals = line.firstIndex(of: equalsSign) else {
            return nil
        }
        let name = line[..<equals]
        guard isExportable(name) else {
            throw DropRefusal(
                line: number,
                problem: "the text before the first = is not a valid variable name",
                hint: "write NAME=VALUE, with only letters, digits and _ in the name, without \"export\" or spaces"
            )
        }
        guard let value = String(validating: line[(equals + 1)...], as: UTF8.self) else {
            throw DropRefusal(line: number, problem: "the value is not UTF-8", hint: "write the drop as UTF-8 text")
        }
        return Assignment(line: number, name: String(decoding: name, as: UTF8.self), value: value)
    }

    private static let newline = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")
    private static let equalsSign = UInt8(ascii: "=")

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        isDigit(byte) || byte == UInt8(ascii: "_")
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }
}
