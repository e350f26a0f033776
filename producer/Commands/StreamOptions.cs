using System.CommandLine;
using Streaming.Shared.CommandLine;
using Streaming.Shared.Streams;

namespace Streaming.Producer.Commands;

/// <summary>Which stream, and whether to make it.</summary>
internal sealed class StreamOptions
{
    public const string DefaultAddress = "./data/stream";
    public const string DefaultShards = "4";

    private readonly ValueOption<string> _address = Address();
    private readonly Option<bool> _create = OptionValues.Flag("--create-stream", "make the stream if it is not there");
    private readonly ValueOption<int> _shards = Shards();

    public ValueOption<string> AddressOption => _address;

    /// <summary>Region, profile and endpoint, for the stream and for inputs on S3.</summary>
    public AwsOptions Aws { get; } = new();

    public static ValueOption<string> Address() => OptionValues.Address("--stream", "folder of a local stream, or kinesis://name", DefaultAddress);

    public static ValueOption<int> Shards() => new("--shards", "shards of a new stream", "n", OptionValues.PositiveCount, DefaultShards);

    public void AddTo(Command command)
    {
        command.Options.Add(_address);
        command.Options.Add(_create);
        command.Options.Add(_shards);
        Aws.AddTo(command);
    }

    /// <summary>Opens the stream and says which it is, as the first line.</summary>
    /// <exception cref="StreamNotFoundException">It is not there and was not to be made.</exception>
    public async Task<IRecordStream> OpenAsync(ParseResult parsed, CommandContext context, CancellationToken cancellation)
    {
        IManagedStream stream = RecordStreams.Open(_address.Read(parsed)!, context.Time, Aws.Read(parsed));
        try
        {
            bool isNew = parsed.GetValue(_create) && await stream.CreateAsync(_shards.Read(parsed), cancellation);
            await stream.DescribeAsync(cancellation);
            int shards = (await stream.ListShardsAsync(cancellation)).Count(shard => !shard.IsClosed);
            await context.Error.WriteLineAsync($"stream {stream.Address}{(isNew ? " (new)" : "")}, {shards} shards");
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }
}
