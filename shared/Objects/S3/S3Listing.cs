using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace Streaming.Shared.Objects.S3;

/// <summary>Pages of a listing. Keys in them are escaped, because XML cannot hold every character.</summary>
internal static class S3Listing
{
    public static ListObjectsV2Request Page(string bucket, string prefix, string? token)
        => new() { BucketName = bucket, Prefix = prefix, ContinuationToken = token, Encoding = EncodingType.Url };

    /// <summary>The key as it is; the SDK leaves it escaped. A service that does not know the escape does not say that it used it.</summary>
    public static string KeyOf(ListObjectsV2Response page, S3Object listed)
        => page.Encoding == EncodingType.Url ? WebUtility.UrlDecode(listed.Key) : listed.Key;
}
