using System.Globalization;
using System.Net;

namespace Streaming.Consumer.Http;

/// <summary>Where the health and metrics pages are.</summary>
/// <param name="Address">Null for nowhere. Port 0 takes any that is free.</param>
/// <param name="IsExplicit">The user asked for it: then it must work. The default address may be left out if it is taken.</param>
public sealed record HttpEndpoint(IPEndPoint? Address, bool IsExplicit)
{
    public static HttpEndpoint Default { get; } = new(new IPEndPoint(IPAddress.Loopback, 8080), IsExplicit: false);

    public static HttpEndpoint Off { get; } = new(null, IsExplicit: true);

    /// <summary>Reads <c>off</c>, <c>127.0.0.1:8080</c>, <c>[::1]:8080</c> or <c>localhost:8080</c>; other names are not looked up.</summary>
    public static bool TryParse(string text, out HttpEndpoint endpoint)
    {
        endpoint = Off;
        if (text == "off") return true;
        int colon = text.LastIndexOf(':');
        if (colon < 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port)) return false;
        string host = text[..colon];
        // An IPv6 address has brackets around it, or its last group would be taken for the port.
        if (host.Contains(':', StringComparison.Ordinal) && !(host.StartsWith('[') && host.EndsWith(']'))) return false;
        IPAddress? address = host == "localhost" ? IPAddress.Loopback : null;
        if (address is null && !IPAddress.TryParse(host, out address)) return false;
        endpoint = new HttpEndpoint(new IPEndPoint(address, port), IsExplicit: true);
        return true;
    }
}
