/// A string that never shows itself: not printed, not dumped, not coded.
package struct Secret: Hashable, Sendable {
    private let value: String

    package init(_ value: String) {
        self.value = value
    }

    /// The string itself: the one way to read it.
    package func reveal() -> String { value }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "[redacted]" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(reflecting: description) }
}
