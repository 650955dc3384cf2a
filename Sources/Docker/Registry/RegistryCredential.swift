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

/// Who logs in to a registry, and with what.
package struct RegistryCredential: Hashable, Sendable {
    /// The registry's domain with its port, as ``ImageReference/registry`` gives it.
    package let registry: String
    package let username: String
    package let secret: Secret

    package init(registry: String, username: String, secret: Secret) {
        self.registry = registry
        self.username = username
        self.secret = secret
    }

    /// The name under which Docker keeps the login: that of Docker Hub is older than domains.
    var serverAddress: String { registry == "docker.io" ? "https://index.docker.io/v1/" : registry }
}
