import ArgumentParser
import Deploy
import Rules

extension CompletionKind {
    /// The apps that the settings name; none if they cannot be read.
    static var app: CompletionKind {
        .custom { _, _, _ in
            let apps = (try? HostFile().load())?.apps.keys.sorted() ?? []
            return apps.map(\.description)
        }
    }
}
