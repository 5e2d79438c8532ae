using System.Runtime.InteropServices;

namespace PPYolo.Train.Runtime;

/// <summary>The processor time of one thread, which any other thread may read.</summary>
internal sealed partial class ThreadClock
{
    private readonly int id;

    private ThreadClock(int id) => this.id = id;

    /// <summary>The calling thread's clock, or null where the system has none.</summary>
    public static ThreadClock? OfThisThread()
    {
        try
        {
            return OperatingSystem.IsLinux() && IdOf(Self(), out var id) == 0 ? new(id) : null;
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library than glibc.
            return null;
        }
    }

    /// <summary>Time on a processor so far; zero once the thread has ended.</summary>
    public TimeSpan Now => Read(id, out var time) == 0 ? new((time.Seconds * TimeSpan.TicksPerSecond) + (time.Nanoseconds / 100)) : default;

    [LibraryImport("libc", EntryPoint = "pthread_self")]
    private static partial nint Self();

    [LibraryImport("libc", EntryPoint = "pthread_getcpuclockid")]
    private static partial int IdOf(nint thread, out int clock);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int Read(int clock, out Time time);

    // struct timespec of 64-bit systems.
    private struct Time
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
