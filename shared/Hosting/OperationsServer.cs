using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Streaming.Shared.Hosting;

/// <summary>What a program shows over HTTP beside its metrics.</summary>
/// <param name="Ready">Whether it does its work, and figures on that as a JSON object, for <c>/healthz/ready</c>.</param>
/// <param name="Map">Adds pages of its own; the token is cancelled when the server stops. Null for none.</param>
public sealed record OperationsPages(Func<ReadyAnswer> Ready, Action<IEndpointRouteBuilder, CancellationToken>? Map = null)
{
    /// <summary>What the pages of its own are, for the log: <c>the live page</c>.</summary>
    public string? Title { get; init; }
}

public readonly record struct ReadyAnswer(bool IsReady, ReadOnlyMemory<byte> Json);

/// <summary>
/// Owns: the listener and the pages <c>/healthz/live</c>, <c>/healthz/ready</c>, <c>/metrics</c>. Does not own: the figures
/// behind them. The address is taken at once, so that a taken one shows before anything is read; the rest starts beside the reading.
/// </summary>
public sealed partial class OperationsServer : IAsyncDisposable
{
    /// <summary>Of the framework: memory, garbage, threads.</summary>
    private const string RuntimeMeter = "System.Runtime";

    // Nothing but what this server sends, and no script or style inside a page: a ticker may be called anything.
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private readonly Socket _listener;
    private readonly OperationsPages _pages;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly Task<WebApplication> _application;
    private PrometheusExposition? _metrics;

    private OperationsServer(Socket listener, OperationsPages pages, IMeterFactory meters, ILoggerFactory loggers, ILogger logger)
    {
        (_listener, _pages, _loggers, _logger) = (listener, pages, loggers, logger);
        _application = StartAsync(meters);
    }

    /// <summary>Where it listens; the port is the real one, also if any was asked for.</summary>
    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndPoint!;

    /// <summary>Null if there is to be none, or if the default address is taken, which the log says.</summary>
    /// <param name="program">Whose it is: the category of its log events is <c>consumer.http</c>.</param>
    /// <exception cref="UsageException">The address that the user asked for cannot be taken.</exception>
    public static OperationsServer? Start(HttpEndpoint endpoint, string program, OperationsPages pages, IMeterFactory meters, ILoggerFactory loggers)
    {
        if (endpoint.Address is null) return null;
        ILogger logger = loggers.CreateLogger(program + ".http");
        try
        {
            Socket listener = Listen(endpoint.Address);
            if (!IPAddress.IsLoopback(endpoint.Address.Address)) OpenToOthers(logger, endpoint.Address);
            return new OperationsServer(listener, pages, meters, loggers, logger);
        }
        catch (SocketException failure) when (endpoint.IsExplicit)
        {
            throw new UsageException($"--http {endpoint.Address}: {failure.Message}. Give another address, or off.");
        }
        catch (SocketException failure)
        {
            NotAvailable(logger, endpoint.Address, failure.Message);
            return null;
        }
    }

    private static Socket Listen(IPEndPoint address)
    {
        Socket listener = SocketTransportOptions.CreateDefaultBoundListenSocket(address);
        try
        {
            // Two sockets may be bound to one port as long as none of them listens.
            listener.Listen();
            return listener;
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    private async Task<WebApplication> StartAsync(IMeterFactory meters)
    {
        // Building a web server takes longer than the first read; the program does not wait for it.
        await Task.Yield();
        _metrics = new PrometheusExposition(meter => meter.Scope == meters || meter.Name == RuntimeMeter);
        // Empty: neither files nor variables may add another address to the one that was asked for.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Limits.MaxConcurrentConnections = 100;
            kestrel.Listen(Address);
        });
        builder.Services.Configure<SocketTransportOptions>(transport => transport.CreateBoundListenSocket = _ => _listener);
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.AddSingleton(_loggers);
        WebApplication application = builder.Build();
        application.Use(GuardAsync);
        application.UseRouting();
        _pages.Map?.Invoke(application, application.Lifetime.ApplicationStopping);
        application.MapGet("/healthz/live", context => context.Response.WriteAsync("alive\n"));
        application.MapGet("/healthz/ready", ReadyAsync);
        application.MapGet("/metrics", MetricsAsync);
        await application.StartAsync();
        Listening(_logger, Address, _pages.Title is { } title ? $"shows {title} and " : "");
        return application;
    }

    /// <summary>
    /// A page of another site whose name was made to mean this machine could read what is only for it; the name that the browser asked for gives it away.
    /// </summary>
    private Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        string host = context.Request.Host.Host;
        bool isLocal = host.Length == 0 || host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out IPAddress? address) && IPAddress.IsLoopback(address));
        if (isLocal || !IPAddress.IsLoopback(Address.Address)) return next(context);
        context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
        return context.Response.WriteAsync("This server is for this machine alone: ask for localhost, or give another address with --http.\n");
    }

    private async Task ReadyAsync(HttpContext context)
    {
        ReadyAnswer answer = _pages.Ready();
        context.Response.StatusCode = answer.IsReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "application/json";
        await context.Response.BodyWriter.WriteAsync(answer.Json, context.RequestAborted);
    }

    private Task MetricsAsync(HttpContext context)
    {
        context.Response.ContentType = PrometheusExposition.ContentType;
        return context.Response.WriteAsync(_metrics!.Collect(), context.RequestAborted);
    }

    public async ValueTask DisposeAsync()
    {
        WebApplication application = await _application;
        await application.StopAsync();
        await application.DisposeAsync();
        _metrics?.Dispose();
        _listener.Dispose();
    }

    [LoggerMessage(241, LogLevel.Information, "http://{Address} {Shows}answers /healthz/live, /healthz/ready and /metrics")]
    private static partial void Listening(ILogger logger, IPEndPoint address, string shows);

    [LoggerMessage(242, LogLevel.Warning, "http://{Address} is not for this machine alone: whoever reaches it can read what it shows")]
    private static partial void OpenToOthers(ILogger logger, IPEndPoint address);

    [LoggerMessage(243, LogLevel.Warning, "no health, metrics and pages, http://{Address} cannot be used: {Problem}. Choose another address with --http")]
    private static partial void NotAvailable(ILogger logger, IPEndPoint address, string problem);

    /// <summary>The program's own signal handlers decide when it ends, and the server goes last.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
