import Rules
import Systemd

/// The text for `systemctl status`: what each app does now, or how its last drop ended.
package actor StatusLine {
    private let serviceManager: ServiceManager
    private var apps: [AppName: String] = [:]
    /// The deployments under way.
    private var active: [AppName: Int] = [:]
    private var trouble: String?

    package init(_ serviceManager: ServiceManager) {
        self.serviceManager = serviceManager
    }

    /// Sets the apps to show, and forgets all others.
    ///
    /// - Parameter last: how the last drop of each app ended, possibly under an earlier agent; for apps that are new here.
    package func watch(_ names: some Collection<AppName> & Sendable, last: [AppName: String] = [:]) {
        apps = Dictionary(
            uniqueKeysWithValues: names.map { ($0, apps[$0] ?? last[$0] ?? "waiting for its first drop") }
        )
        publish()
    }

    /// Shows what a deployment does now.
    func show(_ text: String, of number: Int, for app: AppName) {
        active[app] = number
        set(text, for: app)
    }

    /// Shows how a drop ended, unless another deployment of its app is under way.
    func end(_ text: String, of number: Int, for app: AppName) {
        guard (active[app] ?? number) == number else { return }
        active[app] = nil
        set(text, for: app)
    }

    private func set(_ text: String, for app: AppName) {
        guard apps[app] != nil else { return }
        apps[app] = text
        publish()
    }

    /// Shows a problem of all apps first; nil clears it.
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
