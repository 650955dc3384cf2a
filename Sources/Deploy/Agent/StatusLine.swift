import Docker
import DockerModel
import Linux
import Rules
import Systemd

/// What `systemctl status` shows: what each app does now, or how its last drop ended.
package actor StatusLine {
    private let serviceManager: ServiceManager
    private var apps: [AppName: String] = [:]
    private var trouble: String?

    package init(_ serviceManager: ServiceManager) {
        self.serviceManager = serviceManager
    }

    /// Names the apps that are watched; what is known of others is forgotten.
    package func watch(_ names: some Collection<AppName> & Sendable) {
        apps = Dictionary(uniqueKeysWithValues: names.map { ($0, apps[$0] ?? "waiting for its first drop") })
        publish()
    }

    package func set(_ text: String, for app: AppName) {
        guard apps[app] != nil else { return }
        apps[app] = text
        publish()
    }

    /// Puts something that concerns all apps first; nil takes it away.
    package func set(trouble: String?) {
        self.trouble = trouble
        publish()
    }

    package var text: String {
        let lines = apps.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        let watched = apps.isEmpty ? "No app is configured" : lines.joined(separator: "; ")
        return trouble.map { "\($0); \(watched)" } ?? watched
    }

    private func publish() {
        serviceManager.status(text)
    }
}
