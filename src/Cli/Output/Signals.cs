using System.Globalization;
using System.Runtime.InteropServices;
using PPYolo.Align.Files;
using PPYolo.Align.Reports;

namespace PPYolo.Cli.Output;

/// <summary>What happens when a signal ends the program: one line, what is safe, and nothing left behind.</summary>
internal static partial class Signals
{
    private const int SignalBase = 128;

    private static readonly (PosixSignal Signal, int Number)[] Known =
    [
        (PosixSignal.SIGHUP, 1),
        (PosixSignal.SIGINT, 2),
        (PosixSignal.SIGTERM, 15),
    ];

    private static readonly List<PosixSignalRegistration> Registrations = [];
    private static int ending;

    /// <summary>Says what is safe, and how to go on; set by the command that runs.</summary>
    public static Func<string>? Safe { get; set; }

    /// <summary>Watches until the program ends. What the caller has this program ignore, as nohup does, stays ignored.</summary>
    public static void Watch()
    {
        var ignored = Ignored();
        foreach (var (signal, number) in Known)
        {
            if ((ignored & (1UL << (number - 1))) == 0)
            {
                Registrations.Add(PosixSignalRegistration.Create(signal, context => Ended(context, number)));
            }
        }
    }

    private static void Ended(PosixSignalContext context, int number)
    {
        context.Cancel = true;
        End(context.Signal, number);
    }

    /// <summary>Cleans up, and says what is safe.</summary>
    public static string LastWords()
    {
        Interruption.CleanUp();
        return Printable.Message(Safe?.Invoke() ?? "no file was left half written");
    }

    private static void End(PosixSignal signal, int number)
    {
        if (Interlocked.Exchange(ref ending, 1) != 0)
        {
            return;
        }

        // A progress bar hides the cursor.
        if (!Console.IsOutputRedirected)
        {
            SafeConsole.Out.Write("\u001b[?25h\r\n");
            SafeConsole.Out.Flush();
        }

        var text = $"ppyolo: ended by {signal}; {LastWords()}";
        // Not through Console.Error, which another thread may hold.
        try
        {
            using var error = Console.OpenStandardError();
            error.Write(System.Text.Encoding.UTF8.GetBytes(text + "\n"));
        }
        catch (IOException)
        {
            // There is nobody to tell.
        }

        // Without .NET's own shutdown and the destructors of native libraries, while threads compute in them.
        Exit(SignalBase + number);
    }

    private static ulong Ignored()
    {
        const string status = "/proc/self/status",
            member = "SigIgn:";
        var line = File.Exists(status)
            ? File.ReadLines(status).FirstOrDefault(text => text.StartsWith(member, StringComparison.Ordinal))
            : null;
        return ulong.TryParse(line?[member.Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var mask) ? mask : 0;
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Exit(int code);
}
