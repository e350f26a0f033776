using System.Globalization;
using System.Net;

namespace Streaming.Shared.Hosting;

/// <summary>Where the health and metrics pages are.</summary>
/// <param name="Address">Null for nowhere. Port 0 takes any that is free.</param>
/// <param name="IsExplicit">The user asked for it: then it must work. The default address may be left out if it is taken.</param>
public sealed record HttpEndpoint(IPEndPoint? Address, bool IsExplicit)
{
    public static HttpEndpoint Default { get; } = new(new IPEndPoint(IPAddress.Loopback, 8080), IsExplicit: false);

    public static HttpEndpoint Off { get; } = new(null, IsExplicit: true);

    /// <summary>Reads <c>off</c>, <c>127.0.0.1:8080</c>, <c>[::1]:8080</c> or <c>localhost:8080</c>; other names are not looked up.</summary>
    /// <exception cref="UsageException">It is none of them.</exception>
    public static HttpEndpoint Parse(string text)
    {
        if (text == "off") return Off;
        int colon = text.LastIndexOf(':');
        if (colon >= 0 && ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port)
            && AddressOf(text[..colon]) is { } address)
            return new HttpEndpoint(new IPEndPoint(address, port), IsExplicit: true);
        throw new UsageException($"'{text}' is not off or an address with a port, such as 127.0.0.1:8080.");
    }

    // An IPv6 address has brackets around it, or its last group would be taken for the port.
    private static IPAddress? AddressOf(string host)
    {
        if (host == "localhost") return IPAddress.Loopback;
        bool hasBrackets = host.StartsWith('[') && host.EndsWith(']');
        return (hasBrackets || !host.Contains(':', StringComparison.Ordinal)) && IPAddress.TryParse(host, out IPAddress? address) ? address : null;
    }
}
