using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace Streaming.Tests.TestKit.Aws;

/// <summary>An answer of S3 before it is sent, which is when a fault may take its place.</summary>
internal sealed record S3Answer(int Status, ReadOnlyMemory<byte> Body, (string Name, string Value)[] Headers)
{
    public static S3Answer Done { get; } = new(200, default, []);

    public static S3Answer PreconditionFailed { get; } = Error(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");

    public bool IsSuccess => Status < 300;

    public static S3Answer NoSuchKey(string key) => Error(404, "NoSuchKey", $"The specified key does not exist: {key}");

    public static S3Answer NoSuchBucket(string bucket) => Error(404, "NoSuchBucket", $"The specified bucket does not exist: {bucket}");

    public static S3Answer NotImplemented(string what) => Error(501, "NotImplemented", $"{what} is not implemented");

    public static S3Answer Error(int status, string code, string message)
    {
        var xml = new XElement("Error", new XElement("Code", code), new XElement("Message", message), new XElement("RequestId", "FAKE"));
        return new S3Answer(status, Encoding.UTF8.GetBytes(xml.ToString()), [("Content-Type", "application/xml")]);
    }

    public async Task WriteAsync(HttpContext context)
    {
        context.Response.StatusCode = Status;
        context.Response.Headers["x-amz-request-id"] = "FAKE";
        foreach ((string name, string value) in Headers) context.Response.Headers[name] = value;
        if (Status != 204) context.Response.ContentLength = Body.Length;
        if (context.Request.Method != "HEAD" && Body.Length > 0) await context.Response.Body.WriteAsync(Body, context.RequestAborted);
    }
}
