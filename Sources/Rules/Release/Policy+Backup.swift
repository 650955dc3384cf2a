import DockerModel

extension Policy.Step {
    /// The file that a step's standard output becomes.
    package struct Output: Equatable, Sendable {
        /// The file's own name; the number of the deployment comes before it.
        package let file: String
        /// How many of these files stay, besides those of releases that the app can go back to.
        package let keep: Int
        /// The least size in bytes; anything smaller counts as failed.
        package let atLeast: Int64

        package init(file: String, keep: Int, atLeast: Int64) {
            self.file = file
            self.keep = keep
            self.atLeast = atLeast
        }
    }
}

extension Policy.Step.Output: Decodable {
    package init(from decoder: any Decoder) throws {
        let keys = try decoder.strictKeys(Policy.OutputKey.self)
        file = try keys.decode(String.self, forKey: .file)
        guard Self.isFileName(file) else {
            throw keys.error(.file, "\(file) is not a name of up to 100 letters, digits, ., _ and -")
        }
        keep = try keys.decodeIfPresent(Int.self, forKey: .keep) ?? 5
        guard 1...1000 ~= keep else { throw keys.error(.keep, "\(keep) is not a number from 1 to 1000") }
        let size = try keys.decodeIfPresent(String.self, forKey: .atLeast) ?? "1B"
        guard let atLeast = Int64(bytes: size), atLeast > 0 else {
            throw keys.error(.atLeast, "\(size) is not a size above zero, such as 1KiB, 20MB or 512B")
        }
        self.atLeast = atLeast
    }

    /// No path, and no name that `ls` hides or a command takes for an option.
    private static func isFileName(_ name: String) -> Bool {
        func isPlain(_ character: Character) -> Bool {
            character.isASCII && (character.isLetter || character.isNumber)
        }
        return name.count <= 100 && name.first.map(isPlain) == true
            && name.allSatisfy { isPlain($0) || "._-".contains($0) }
    }
}

extension Policy {
    /// Checks that each backup has a name of its own, and that a step reads only what an earlier one has written.
    func checkBackups() throws(Failure) {
        var written: [String: String] = [:]
        var files: Set<String> = []
        for step in steps(.before) + steps(.after) {
            if let input = step.input, written[input] == nil {
                throw Failure(
                    .policyInvalid,
                    "step \(step.name) of x-berth",
                    "takes its input from \(input), which is no earlier step with an output",
                    hint: "name a step that runs before it and has an output"
                )
            }
            guard let file = step.output?.file else { continue }
            guard files.insert(file).inserted else {
                throw Failure(
                    .policyInvalid,
                    "x-berth",
                    "has two steps with the output \(file)",
                    hint: "give each output a file name of its own"
                )
            }
            written[step.name] = file
        }
    }
}

extension Int64 {
    /// Parses a size: a whole number and its unit, in powers of 1000 (`20MB`) or of 1024 (`1KiB`).
    ///
    /// - Returns: nil for anything else, and for a size that is too large for the type.
    package init?(bytes text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let units: [String: Int64] = [
            "B": 1, "kB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000, "TB": 1_000_000_000_000,
            "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
        ]
        guard let number = Int64(digits), let unit = units[String(text.dropFirst(digits.count))] else { return nil }
        let (bytes, isTooLarge) = number.multipliedReportingOverflow(by: unit)
        guard !isTooLarge else { return nil }
        self = bytes
    }
}
