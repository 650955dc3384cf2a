/// A version of the Engine's HTTP API, `1.47`.
package struct APIVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let major: Int
    package let minor: Int

    package init(_ major: Int, _ minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// Parses two numbers with a dot between them.
    package init?(_ text: some StringProtocol) {
        let numbers = text.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
        guard numbers.count == 2, let major = numbers[0], let minor = numbers[1] else { return nil }
        self.init(major, minor)
    }

    package var description: String { "\(major).\(minor)" }

    package static func < (left: Self, right: Self) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }

    /// The newest version that berth uses.
    package static let newest = APIVersion(1, 47)
    /// The first in which the Engine says of an image whether it was pulled; asked for that alone.
    package static let identities = APIVersion(1, 53)
    /// The oldest version that berth supports: Engine 20.10, as in Debian 12.
    package static let oldest = APIVersion(1, 41)
}
