namespace Streaming.Shared.Hosting;

/// <summary>The attributes that OpenTelemetry's messaging conventions give every measurement about a stream.</summary>
public static class MessagingTags
{
    public const string PartitionId = "messaging.destination.partition.id";
    public const string ConsumerGroup = "messaging.consumer.group.name";

    private const string KinesisScheme = "kinesis://";

    /// <param name="streamAddress">As the user typed it.</param>
    public static KeyValuePair<string, object?>[] Of(string streamAddress)
    {
        bool isKinesis = streamAddress.StartsWith(KinesisScheme, StringComparison.OrdinalIgnoreCase);
        return
        [
            new("messaging.system", isKinesis ? "aws_kinesis" : "local"),
            new("messaging.destination.name", isKinesis ? streamAddress[KinesisScheme.Length..] : streamAddress),
        ];
    }
}
