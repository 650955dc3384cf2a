import DockerModel

/// The state in the Engine's API format.
extension InMemoryEngine {
    var info: String {
        #"{"ServerVersion":"28.5.1","DockerRootDir":"\#(root ?? "/")","Driver":"overlay2"}"#
    }

    /// Everything, as Engines before API 1.42 respond.
    var usage: String {
        """
        {"LayersSize":\(images.reduce(0) { $0 + $1.size }),"Images":\(images.map(\.summary).json),
        "Containers":\(containers.map(\.summary).json),"Volumes":\(volumes.map(\.json).json),
        "BuildCache":\(buildCache.map(\.json).json)}
        """
    }
}

extension InMemoryEngine.Image {
    var summary: String {
        """
        {"Id":"\(id)","RepoTags":\(tags),"RepoDigests":\(digests),"Size":\(size),"SharedSize":0,
        "Created":\(built.nanoseconds / 1_000_000_000)}
        """
    }

    var json: String {
        """
        {"Id":"\(id)","RepoTags":\(tags),"RepoDigests":\(digests),"Size":\(size),"Created":"\(built)",
        "Config":{"Volumes":{\(volumes.map { "\"\($0)\":{}" }.joined(separator: ","))},
        "Labels":{\(labels.map { "\"\($0)\":\"\($1)\"" }.joined(separator: ","))}},
        "Metadata":{"LastTagTime":"\(tagged.map { "\($0)" } ?? "0001-01-01T00:00:00Z")"}}
        """
    }
}

extension InMemoryEngine.Container {
    private var status: String { isRunning ? "running" : "exited" }

    var summary: String {
        let mounts =
            volumes.map { #"{"Type":"volume","Name":"\#($0)","Destination":"/data"}"# }
            + mounted.map { #"{"Type":"image","Name":"\#($0)","Destination":"/assets"}"# }
        let labels = labels.map { #""\#($0)":"\#($1)""# }.joined(separator: ",")
        return """
            {"Id":"\(id)","Names":["/\(name)"],"Image":"\(image)","ImageID":"\(image)","State":"\(status)",
            "Labels":{\(labels)},"Mounts":\(mounts.json),"SizeRw":\(written)}
            """
    }

    var json: String {
        """
        {"Id":"\(id)","Name":"/\(name)","Image":"\(image)","Config":{"Image":"\(image)"},
        "HostConfig":{"LogConfig":{"Type":"json-file"}},
        "State":{"Status":"\(status)","Running":\(isRunning),"ExitCode":0}}
        """
    }
}

extension InMemoryEngine.Volume {
    var json: String {
        let labels = isAnonymous ? #"{"com.docker.volume.anonymous":""}"# : "{}"
        return """
            {"Name":"\(name)","Driver":"local","Labels":\(labels),"Options":\(options),"UsageData":{"Size":\(size)}}
            """
    }
}

extension InMemoryEngine.CacheEntry {
    var json: String {
        """
        {"ID":"\(id)","Type":"\(type)","Size":\(size),"InUse":\(isInUse),"Shared":\(isShared),
        "LastUsedAt":"\(lastUsed)"}
        """
    }
}

extension [String] {
    var json: String { "[\(joined(separator: ","))]" }
}
