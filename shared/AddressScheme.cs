using System.Text.RegularExpressions;

namespace Streaming.Shared;

/// <summary>Tells an address with a scheme from a folder, so that a mistyped <c>kinesis:stock</c> does not become a folder of that name.</summary>
internal static partial class AddressScheme
{
    /// <summary>What stands before the first colon, in lower case; null for a folder. One letter is a Windows drive, and <c>./a:b</c> is a folder.</summary>
    public static string? Of(string address) => Scheme().Match(address) is { Success: true } match ? match.Groups[1].Value.ToLowerInvariant() : null;

    /// <summary>The address as it was probably meant, for a scheme whose slashes are missing or wrong.</summary>
    public static string WithSlashes(string address)
    {
        string scheme = Of(address)!;
        return $"{scheme}://{address[(scheme.Length + 1)..].TrimStart('/')}";
    }

    [GeneratedRegex("^(?<scheme>[A-Za-z][A-Za-z0-9+.-]+):", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Scheme();
}
