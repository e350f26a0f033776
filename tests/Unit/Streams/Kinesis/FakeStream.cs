using Amazon.Runtime;
using Streaming.Shared.Aws;
using Streaming.Shared.Streams.Kinesis;
using Streaming.Tests.TestKit.Aws;

namespace Streaming.Tests.Unit.Streams.Kinesis;

/// <summary>Kinesis streams of the fake, polled quickly.</summary>
internal static class FakeStream
{
    public static KinesisStreamOptions Quick { get; } = new()
    {
        BehindPollInterval = TimeSpan.FromMilliseconds(1),
        TipPollInterval = TimeSpan.FromMilliseconds(20),
        StatusPollInterval = TimeSpan.FromMilliseconds(10),
        BytesPerSecond = 1e9,
    };

    public static AwsSettings SettingsFor(string endpoint) => new()
    {
        EndpointUrl = endpoint,
        Region = "us-east-1",
        Credentials = new SessionAWSCredentials(FakeAws.AccessKey, FakeAws.SecretKey, FakeAws.SessionToken),
    };

    public static KinesisStream Open(FakeAws aws, string name, KinesisStreamOptions? options = null, TimeProvider? time = null)
        => new("kinesis://" + name, SettingsFor(aws.Endpoint), time ?? TimeProvider.System, new Random(1), options ?? Quick);
}
