/// A Compose project's name, as the label `com.docker.compose.project` carries it.
package struct ProjectName: RawRepresentable, Hashable, Sendable, Codable {
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }
}
