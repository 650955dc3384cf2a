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
/// A last line without a newline counts, and a comment or a line without `=` is skipped. If the loop would end in a shell
/// error or misread the file (a NUL byte), the whole drop is refused. The parser differs from the loop in two ways. It
/// drops a carriage return before the newline. And it refuses a line that the loop would skip although it has an `=`: a
/// release without that variable is not the one that CI asked for.
package enum DropParser {
    /// The maximum size of a drop, in bytes.
    package static let sizeLimit = 16 * 1024
    /// The maximum number of assignments in a drop.
    package static let countLimit = 200

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
                guard let assignment = try parse(line: line, number: index + 1) else { continue }
                guard assignments.count < countLimit else { throw tooMany(at: assignment.line) }
                assignments.append(assignment)
            } catch {
                refusal = refusal ?? error
            }
        }
        return (assignments, refusal)
    }

    /// The drop with a line that sets the name, and without any other line that does.
    ///
    /// It goes by the lines that ``parse(_:)`` takes for assignments of that name, so that no spelling gets past it. The
    /// other lines keep their numbers.
    package static func setting(_ name: String, to value: String, in bytes: [UInt8]) -> [UInt8] {
        let lines = bytes.split(separator: newline, omittingEmptySubsequences: false).map { line in
            (try? parse(line: line, number: 1))?.name == name ? [] : line
        }
        let others = Array(lines.joined(separator: [newline]))
        let end = others.isEmpty || others.last == newline ? [] : [newline]
        return others + end + Array("\(name)=\(value)\n".utf8)
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
        guard let equals = line.firstIndex(of: equalsSign), line.first(where: { !isBlank($0) }) != comment else {
            return nil
        }
        let name = line[..<equals]
        guard isExportable(name) else { throw misspelt(name, at: number) }
        guard let value = String(validating: line[(equals + 1)...], as: UTF8.self) else {
            throw DropRefusal(line: number, problem: "the value is not UTF-8", hint: "write the drop as UTF-8 text")
        }
        return Assignment(line: number, name: String(decoding: name, as: UTF8.self), value: value)
    }

    private static func tooMany(at line: Int) -> DropRefusal {
        DropRefusal(
            line: line,
            problem: "the drop has more than \(countLimit) variables",
            hint: "a drop says which release to run; put the app's settings into its .env"
        )
    }

    /// It does not quote the text, which may be part of a secret that was broken across lines.
    private static func misspelt(_ name: ArraySlice<UInt8>, at line: Int) -> DropRefusal {
        if name.starts(with: byteOrderMark) {
            return DropRefusal(
                line: line,
                problem: "begins with a byte order mark",
                hint: "write the drop as UTF-8 without one; in PowerShell, with -Encoding utf8NoBOM"
            )
        }
        if name.first.map(isBlank) == true {
            return DropRefusal(
                line: line,
                problem: "begins with a blank",
                hint: "begin the line with the name; a shell's <<- takes away tabs only"
            )
        }
        return DropRefusal(
            line: line,
            problem: "the text before the first = is not a valid variable name",
            hint: "write NAME=VALUE, with only letters, digits and _ in the name, without \"export\" or spaces"
        )
    }

    private static let newline = UInt8(ascii: "\n")
    private static let comment = UInt8(ascii: "#")
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    private static let carriageReturn = UInt8(ascii: "\r")
    private static let equalsSign = UInt8(ascii: "=")

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    static func isNameByte(_ byte: UInt8) -> Bool {
        isDigit(byte) || byte == UInt8(ascii: "_")
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }
}
