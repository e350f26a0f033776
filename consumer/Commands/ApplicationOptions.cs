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

    private readonly CheckedOption<string> _stream;
    private readonly CheckedOption<string> _lake;
    private readonly CheckedOption<string> _appName;
    private readonly AwsOptions _aws = new();

    public ApplicationOptions(ProgramSettings settings)
    {
        _stream = new CheckedOption<string>(settings, "--stream", "record stream: a folder, or kinesis://name", "address", Defaults.Stream, "an address", OptionTexts.TryAddress);
        _lake = new CheckedOption<string>(settings, "--lake", "lake: a folder, or s3://bucket/prefix", "address", Defaults.Lake, "an address", OptionTexts.TryAddress);
        _appName = new CheckedOption<string>(
            settings, "--app-name", "name of the checkpoints", "name", Defaults.AppName, "1 to 64 letters, digits, '.', '_' or '-'", OptionTexts.TryAppName);
    }

    public void AddTo(Command command)
    {
        command.Options.Add(_stream);
        command.Options.Add(_lake);
        command.Options.Add(_appName);
        _aws.AddTo(command);
    }

    public string Stream(ParseResult parsed) => _stream.Read(parsed)!;

    public string Lake(ParseResult parsed) => _lake.Read(parsed)!;

    public string AppName(ParseResult parsed) => _appName.Read(parsed)!;

    public AwsSettings Aws(ParseResult parsed) => _aws.Read(parsed);

    public IRecordStream OpenStream(ParseResult parsed) => RecordStreams.Open(Stream(parsed), TimeProvider.System, Aws(parsed));

    public IObjectStore OpenLake(ParseResult parsed) => ObjectStores.Open(Lake(parsed), TimeProvider.System, Aws(parsed));
}
