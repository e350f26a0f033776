using System.CommandLine;
using Streaming.Shared.Aws;
using Streaming.Shared.CommandLine;
using Streaming.Shared.Objects;
using Streaming.Shared.Streams;

namespace Streaming.Consumer.Commands;

/// <summary>The options that name an application: its stream, its lake, its checkpoints.</summary>
internal sealed class ApplicationOptions
{
    private static readonly ConsumerOptions Defaults = new();

    private readonly ValueOption<string> _stream = OptionValues.Address("--stream", "record stream: a folder, or kinesis://name", Defaults.Stream);
    private readonly ValueOption<string> _lake = Lake();
    private readonly ValueOption<string> _appName = new("--app-name", "name of the checkpoints", "name", OptionValues.Name, Defaults.AppName);
    private readonly AwsOptions _aws = new();

    public static ValueOption<string> Lake() => OptionValues.Address("--lake", "lake: a folder, or s3://bucket/prefix", Defaults.Lake);

    public void AddTo(Command command)
    {
        command.Options.Add(_stream);
        command.Options.Add(_lake);
        command.Options.Add(_appName);
        _aws.AddTo(command);
    }

    public ConsumerOptions Read(ParseResult parsed) => Defaults with
    {
        Stream = _stream.Read(parsed)!,
        Lake = _lake.Read(parsed)!,
        AppName = _appName.Read(parsed)!,
    };

    public AwsSettings Aws(ParseResult parsed) => _aws.Read(parsed);

    public IRecordStream OpenStream(ParseResult parsed) => RecordStreams.Open(_stream.Read(parsed)!, TimeProvider.System, Aws(parsed));

    public IObjectStore OpenLake(ParseResult parsed) => ObjectStores.Open(_lake.Read(parsed)!, TimeProvider.System, Aws(parsed));
}
