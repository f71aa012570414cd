extension NetworkDefinition: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, id, driver
        case networkInterface = "network_interface"
        case created, subnets, routes
        case ipv6Enabled = "ipv6_enabled"
        case isInternal = "internal"
        case dnsEnabled = "dns_enabled"
        case dnsServers = "network_dns_servers"
        case labels, options
        case ipamOptions = "ipam_options"
        case plugins
    }

    /// Decodes the members that are there. `decode(_:)` is stricter: it refuses unknown ones and validates.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        name = try values.decode(String.self, forKey: .name)
        id = try values.decodeIfPresent(String.self, forKey: .id) ?? ""
        driver = try values.decode(String.self, forKey: .driver)
        networkInterface = try values.decodeIfPresent(String.self, forKey: .networkInterface)
        created = try values.decodeIfPresent(String.self, forKey: .created)
        subnets = try values.decodeIfPresent([Subnet].self, forKey: .subnets) ?? []
        routes = try values.decodeIfPresent([Route].self, forKey: .routes) ?? []
        ipv6Enabled = try values.decodeIfPresent(Bool.self, forKey: .ipv6Enabled) ?? false
        isInternal = try values.decodeIfPresent(Bool.self, forKey: .isInternal) ?? false
        dnsEnabled = try values.decodeIfPresent(Bool.self, forKey: .dnsEnabled) ?? false
        dnsServers = try values.decodeIfPresent([IPAddress].self, forKey: .dnsServers) ?? []
        labels = try values.decodeIfPresent([String: String].self, forKey: .labels) ?? [:]
        options = try values.decodeIfPresent([String: String].self, forKey: .options) ?? [:]
        ipamOptions = try values.decodeIfPresent([String: String].self, forKey: .ipamOptions) ?? [:]
        plugins = try values.decodeIfPresent(PluginList.self, forKey: .plugins)
    }

    /// Encodes as podman writes its files: the lists and maps that say nothing are left out.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(name, forKey: .name)
        try values.encode(id, forKey: .id)
        try values.encode(driver, forKey: .driver)
        try values.encodeIfPresent(networkInterface, forKey: .networkInterface)
        try values.encodeIfPresent(created, forKey: .created)
        if !subnets.isEmpty { try values.encode(subnets, forKey: .subnets) }
        if !routes.isEmpty { try values.encode(routes, forKey: .routes) }
        try values.encode(ipv6Enabled, forKey: .ipv6Enabled)
        try values.encode(isInternal, forKey: .isInternal)
        try values.encode(dnsEnabled, forKey: .dnsEnabled)
        if !dnsServers.isEmpty { try values.encode(dnsServers, forKey: .dnsServers) }
        if !labels.isEmpty { try values.encode(labels, forKey: .labels) }
        if !options.isEmpty { try values.encode(options, forKey: .options) }
        if !ipamOptions.isEmpty { try values.encode(ipamOptions, forKey: .ipamOptions) }
        try values.encodeIfPresent(plugins, forKey: .plugins)
    }
}
