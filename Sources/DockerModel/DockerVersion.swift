/// A version of the Engine or of Compose: `26.1.5+dfsg1`, `2.26.1-4`, `v2.40.3`, `5.0.0`.
package struct DockerVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let major: Int
    package let minor: Int
    package let patch: Int

    /// The oldest version of Compose that berth trusts with secrets: up to 2.24.6, `config --no-interpolate` prints the values
    /// that it should leave out (docker/compose#11556), and 2.24.7 prints another model than its neighbours (#11598).
    ///
    /// The flags are older: `--progress` is a global flag since 2.19, and `pull --policy` exists since 2.22.
    package static let oldestCompose = DockerVersion(2, 25, 0)

    package init(_ major: Int, _ minor: Int, _ patch: Int) {
        self.major = major
        self.minor = minor
        self.patch = patch
    }

    /// Parses a version; ignores a pre-release or a packager's revision after the numbers.
    package init?(_ text: some StringProtocol) {
        let text = text.hasPrefix("v") ? text.dropFirst() : text[...]
        let numbers = text.prefix { $0.isNumber || $0 == "." }.split(separator: ".", omittingEmptySubsequences: false)
        let values = numbers.compactMap { Int($0) }
        guard values.count == numbers.count, 2...3 ~= values.count else { return nil }
        self.init(values[0], values[1], values.count == 3 ? values[2] : 0)
    }

    package var description: String { "\(major).\(minor).\(patch)" }

    package static func < (left: Self, right: Self) -> Bool {
        (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
    }
}
