import DockerModel

/// How moments are written: as they are, or for a terminal as how long ago they were.
struct Moments {
    /// Nil to write moments as they are.
    let now: Timestamp?

    func text(_ moment: Timestamp?) -> String {
        guard let moment else { return "" }
        guard let now else { return moment.inMilliseconds }
        let seconds = max(0, (now - moment).components.seconds)
        return switch seconds {
        case ..<60: "\(seconds) s ago"
        case ..<3600: "\(seconds / 60) min ago"
        case ..<172_800: "\(seconds / 3600) h ago"
        default: "\(seconds / 86_400) days ago"
        }
    }
}
