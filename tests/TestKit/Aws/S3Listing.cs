using System.Text;
using Microsoft.AspNetCore.Http;

namespace Streaming.Tests.TestKit.Aws;

/// <summary>The question of a ListObjectsV2.</summary>
/// <param name="After">Entries up to this one were listed before.</param>
internal sealed record S3Listing(string Prefix, string Delimiter, string After, bool IsUrlEncoded, int Limit)
{
    public static S3Listing Of(IQueryCollection query, int limit)
    {
        string token = query["continuation-token"].ToString();
        string after = token.Length > 0 ? Encoding.UTF8.GetString(Convert.FromHexString(token)) : query["start-after"].ToString();
        return new S3Listing(query["prefix"].ToString(), query["delimiter"].ToString(), after, query["encoding-type"] == "url", limit);
    }

    public static string Token(string last) => Convert.ToHexString(Encoding.UTF8.GetBytes(last));

    // As S3 does it: a slash stays, a space becomes a plus.
    public string Encode(string key)
        => IsUrlEncoded ? Uri.EscapeDataString(key).Replace("%2F", "/", StringComparison.Ordinal).Replace("%20", "+", StringComparison.Ordinal) : key;
}
