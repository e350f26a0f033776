using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Streaming.Shared.Objects;

namespace Streaming.Tests.TestKit.Aws;

/// <summary>An object with the tag and checksum that S3 gives it.</summary>
internal sealed class FakeObject(byte[] content)
{
    public byte[] Content { get; } = content;

#pragma warning disable CA5351 // S3's tag is the MD5 of the content.
    public string ETag { get; } = $"\"{Convert.ToHexStringLower(MD5.HashData(content))}\"";
#pragma warning restore CA5351

    public string Crc32 { get; } = Checksum(content);

    public static string Checksum(ReadOnlySpan<byte> content)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, System.IO.Hashing.Crc32.HashToUInt32(content));
        return Convert.ToBase64String(bytes);
    }
}

/// <summary>The objects of a bucket and S3's rules for them. Its caller holds the lock, which makes every call atomic.</summary>
internal sealed class FakeBucket
{
    private static readonly XNamespace Xml = "http://s3.amazonaws.com/doc/2006-03-01/";

    private readonly SortedDictionary<string, FakeObject> _objects = new(Utf8Order.Instance);

    public void Put(string key, FakeObject content) => _objects[key] = content;

    public S3Answer PutIf(string key, FakeObject content, string? ifNoneMatch, string? ifMatch)
    {
        FakeObject? standing = _objects.GetValueOrDefault(key);
        if (ifNoneMatch is not null and not "*") return S3Answer.NotImplemented("If-None-Match with a tag");
        if (ifNoneMatch is not null && standing is not null) return S3Answer.PreconditionFailed;
        if (ifMatch is not null && standing is null) return S3Answer.NoSuchKey(key);
        if (ifMatch is not null && ifMatch.Trim('"') != standing!.ETag.Trim('"')) return S3Answer.PreconditionFailed;
        _objects[key] = content;
        return S3Answer.Done with { Headers = [("ETag", content.ETag), ("x-amz-checksum-crc32", content.Crc32), ("x-amz-checksum-type", "FULL_OBJECT")] };
    }

    public S3Answer Get(string key, string? ifMatch, string? range)
    {
        if (!_objects.TryGetValue(key, out FakeObject? found)) return S3Answer.NoSuchKey(key);
        if (ifMatch is not null && ifMatch != found.ETag) return S3Answer.PreconditionFailed;
        (string, string) tag = ("ETag", found.ETag);
        if (range is null)
            return S3Answer.Done with { Body = found.Content, Headers = [tag, ("x-amz-checksum-crc32", found.Crc32), ("x-amz-checksum-type", "FULL_OBJECT")] };
        string[] ends = range["bytes=".Length..].Split('-');
        long total = found.Content.Length;
        long from = ends[0].Length > 0 ? long.Parse(ends[0], CultureInfo.InvariantCulture) : Math.Max(0, total - long.Parse(ends[1], CultureInfo.InvariantCulture));
        long to = ends[0].Length > 0 && ends[1].Length > 0 ? Math.Min(total - 1, long.Parse(ends[1], CultureInfo.InvariantCulture)) : total - 1;
        if (from >= total || to < from) return S3Answer.Error(416, "InvalidRange", "The requested range is not satisfiable");
        return new S3Answer(206, found.Content.AsMemory((int)from, (int)(to - from + 1)), [tag, ("Content-Range", $"bytes {from}-{to}/{total}")]);
    }

    public S3Answer Delete(string key)
    {
        _objects.Remove(key);
        return S3Answer.Done with { Status = 204 };
    }

    public S3Answer List(string name, S3Listing listing)
    {
        var answer = new XElement(Xml + "ListBucketResult", Element("Name", name), Element("Prefix", listing.Encode(listing.Prefix)), Element("MaxKeys", $"{listing.Limit}"));
        if (listing.IsUrlEncoded) answer.Add(Element("EncodingType", "url"));
        int count = 0;
        string? last = null;
        bool isTruncated = false;
        foreach ((string entry, FakeObject? content) in Entries(listing))
        {
            if (isTruncated = count == listing.Limit) break;
            answer.Add(content is null
                ? new XElement(Xml + "CommonPrefixes", Element("Prefix", listing.Encode(entry)))
                : new XElement(Xml + "Contents", Element("Key", listing.Encode(entry)), Element("LastModified", "2024-01-02T00:00:00.000Z"), Element("ETag", content.ETag), Element("Size", $"{content.Content.Length}"), Element("StorageClass", "STANDARD")));
            (last, count) = (entry, count + 1);
        }

        answer.Add(Element("KeyCount", $"{count}"), Element("IsTruncated", isTruncated ? "true" : "false"));
        if (isTruncated) answer.Add(Element("NextContinuationToken", S3Listing.Token(last!)));
        return S3Answer.Done with { Body = Encoding.UTF8.GetBytes(answer.ToString()), Headers = [("Content-Type", "application/xml")] };
    }

    // Keys, and (with a delimiter) the folders that stand for many of them, without an object.
    private IEnumerable<(string Entry, FakeObject? Content)> Entries(S3Listing listing)
    {
        string? folder = null;
        foreach ((string key, FakeObject content) in _objects)
        {
            if (!key.StartsWith(listing.Prefix, StringComparison.Ordinal)) continue;
            int cut = listing.Delimiter.Length == 0 ? -1 : key.IndexOf(listing.Delimiter, listing.Prefix.Length, StringComparison.Ordinal);
            string entry = cut < 0 ? key : key[..(cut + listing.Delimiter.Length)];
            if ((cut >= 0 && entry == folder) || Utf8Order.Instance.Compare(entry, listing.After) <= 0) continue;
            if (cut >= 0) folder = entry;
            yield return (entry, cut < 0 ? content : null);
        }
    }

    private static XElement Element(string name, string value) => new(Xml + name, value);
}
