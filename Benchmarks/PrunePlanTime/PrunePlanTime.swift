import DockerModel
import FoundationEssentials
import Rules

/// Prints how long the prune plan takes for 5,000 images and 500 containers on a full disk, and for fewer images, in the
/// format of `Benchmarks/measure`. The first argument says how often each is measured, further ones for how many images.
@main
struct PrunePlanTime {
    static func main() throws {
        let numbers = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        let (runs, images) = (numbers.first ?? 7, Array(numbers.dropFirst()))
        for images in images.isEmpty ? [1000, 2000, 3000, 4000, 5000] : images {
            let inventory = try inventory(images: images, containers: 500, apps: 20)
            let clock = ContinuousClock()
            var samples: [String] = []
            // The first one warms the processor's caches.
            for run in 0...runs {
                let taken = clock.measure { _ = PrunePlan(inventory, full, DiskSettings()) }
                if run > 0 { samples.append("\(taken / .seconds(1))") }
            }
            print(
                """
                {"row":"plan","series":"plan.images","unit":"s","x":\(images),"samples":[\(samples.joined(separator: ","))]}
                """
            )
        }
    }

    /// A disk that is so full that everything that may go is planned.
    private static var full: Usage {
        let amount = Filesystem.Amount(used: 99_000_000_000_000, available: 1_000_000_000_000)
        return Usage([Filesystem(path: "/", holds: [.images, .volumes], space: amount, inodes: nil)])
    }

    /// A host as the Engine would list it: half of the images have a tag, the others have lost it to a newer one. A tenth
    /// belongs to the releases of the apps, and each container has an image.
    private static func inventory(images: Int, containers: Int, apps: Int) throws -> Inventory {
        let decoder = JSONDecoder()
        var inventory = Inventory(now: Timestamp(seconds: 1_800_000_000))
        for index in 0..<images {
            let tags = index.isMultiple(of: 2) ? "\"registry.example.com/app\(index % 50):\(index)\"" : ""
            let text = """
                {"Id":"\(id(index))","RepoTags":[\(tags)],"RepoDigests":["registry.example.com/app\(index % 50)@\(id(index))"],
                "Created":\(1_700_000_000 + index),"Size":\(50_000_000 + index),"SharedSize":20000000}
                """
            inventory.images.append(Inventory.Image(try decoder.decode(ImageSummary.self, from: Data(text.utf8))))
        }
        for index in 0..<containers {
            let image = index * 7 % images
            let text = """
                {"Id":"c\(index)","Names":["/container\(index)"],"Image":"registry.example.com/app\(image % 50):\(image)",
                "ImageID":"\(id(image))","State":"running"}
                """
            let container = try decoder.decode(ContainerSummary.self, from: Data(text.utf8))
            inventory.containers.append(Inventory.Container(container))
        }
        inventory.apps = (0..<apps).compactMap { app in
            AppName("app\(app)").map { Inventory.App($0, history(of: $0, app, images: images / 10 / apps), keep: 3) }
        }
        return inventory
    }

    /// One good release for each image.
    private static func history(of name: AppName, _ app: Int, images: Int) -> History {
        var history = History()
        for index in 0..<images {
            let image = app * images + index
            let received = Timestamp(seconds: 1_700_000_000 + Int64(index))
            var record = Record(app: name, number: history.begin(), received: received)
            record.verdict = .deployed
            record.started = received
            record.ended = received
            record.services[ServiceName(rawValue: "web")] = Record.Service(
                image: ImageReference(rawValue: "registry.example.com/app\(image % 50):\(image)"),
                imageID: ImageID(rawValue: id(image)),
                digest: nil,
                source: nil,
                revision: nil
            )
            if let entry = History.Entry(record) { history.append(entry) }
        }
        return history
    }

    private static func id(_ index: Int) -> String {
        let digits = String(index, radix: 16)
        return "sha256:" + String(repeating: "0", count: 64 - digits.count) + digits
    }
}
