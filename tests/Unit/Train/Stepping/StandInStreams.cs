using System.Globalization;
using System.Runtime.InteropServices;
using PPYolo.Train.Runtime;

namespace PPYolo.Tests.Unit.Train.Stepping;

/// <summary>
/// A stand-in for the CUDA driver's streams, with the signatures of cuda.h: memory is the CPU's. It notes what is called. It copies as late
/// as a card may: when the computing stream, or the program, waits for the copies.
/// </summary>
internal static unsafe class StandInStreams
{
    private static readonly List<(nint To, nint From, int Length)> Copies = [];

    private static nint made;

    /// <summary>What was called.</summary>
    public static List<string> Calls { get; } = [];

    /// <summary>Functions that fail from now on.</summary>
    public static List<string> Failing { get; } = [];

    /// <summary>Copies that were asked for and not waited for.</summary>
    public static int Pending => Copies.Count;

    /// <summary>All functions, with nothing noted.</summary>
    public static StreamFunctions Reset()
    {
        Copies.Clear();
        Calls.Clear();
        Failing.Clear();
        made = 10;
        return new(Export);
    }

    private static nint Export(string name) =>
        name switch
        {
            "cuDeviceGet" => (nint)(delegate* unmanaged<int*, int, int>)&DeviceGet,
            "cuDevicePrimaryCtxRetain" => (nint)(delegate* unmanaged<nint*, int, int>)&RetainContext,
            "cuCtxPushCurrent_v2" => (nint)(delegate* unmanaged<nint, int>)&Push,
            "cuCtxPopCurrent_v2" => (nint)(delegate* unmanaged<nint*, int>)&Pop,
            "cuStreamCreate" => (nint)(delegate* unmanaged<nint*, uint, int>)&NewStream,
            "cuEventCreate" => (nint)(delegate* unmanaged<nint*, uint, int>)&NewEvent,
            "cuEventRecord" => (nint)(delegate* unmanaged<nint, nint, int>)&Record,
            "cuStreamWaitEvent" => (nint)(delegate* unmanaged<nint, nint, uint, int>)&Wait,
            "cuMemcpyHtoDAsync_v2" => (nint)(delegate* unmanaged<nint, nint, nuint, nint, int>)&Copy,
            "cuEventSynchronize" => (nint)(delegate* unmanaged<nint, int>)&FinishEvent,
            "cuStreamSynchronize" => (nint)(delegate* unmanaged<nint, int>)&FinishStream,
            "cuEventDestroy_v2" => (nint)(delegate* unmanaged<nint, int>)&FreeEvent,
            "cuStreamDestroy_v2" => (nint)(delegate* unmanaged<nint, int>)&FreeStream,
            _ => throw new EntryPointNotFoundException(name),
        };

    private static int Note(string function, string call)
    {
        Calls.Add(call);
        return Failing.Contains(function) ? 1 : 0;
    }

    private static int Made(nint* handle, string call)
    {
        *handle = ++made;
        return Note("", string.Create(CultureInfo.InvariantCulture, $"{call} {made}"));
    }

    private static void CopyNow()
    {
        foreach (var (to, from, length) in Copies)
        {
            new ReadOnlySpan<byte>((void*)from, length).CopyTo(new((void*)to, length));
        }

        Copies.Clear();
    }

    [UnmanagedCallersOnly]
    private static int DeviceGet(int* device, int card)
    {
        *device = 100 + card;
        return Note("cuDeviceGet", $"card {card}");
    }

    [UnmanagedCallersOnly]
    private static int RetainContext(nint* context, int device)
    {
        *context = 100 + device;
        return Note("cuDevicePrimaryCtxRetain", $"context of {device}");
    }

    [UnmanagedCallersOnly]
    private static int Push(nint context) => Note("cuCtxPushCurrent", $"push {context}");

    [UnmanagedCallersOnly]
    private static int Pop(nint* context) => Note("", "pop");

    [UnmanagedCallersOnly]
    private static int NewStream(nint* stream, uint flags) => Made(stream, $"stream of {flags}:");

    [UnmanagedCallersOnly]
    private static int NewEvent(nint* point, uint flags) => Made(point, $"event of {flags}:");

    [UnmanagedCallersOnly]
    private static int Record(nint point, nint stream) => Note("cuEventRecord", $"record {point} on {stream}");

    [UnmanagedCallersOnly]
    private static int Wait(nint stream, nint point, uint flags)
    {
        var error = Note("cuStreamWaitEvent", $"{stream} waits for {point}");
        if (error == 0 && stream == StreamFunctions.Computing)
        {
            CopyNow();
        }

        return error;
    }

    [UnmanagedCallersOnly]
    private static int Copy(nint to, nint from, nuint length, nint stream)
    {
        var error = Note("cuMemcpyHtoDAsync", $"copy {length} on {stream}");
        if (error == 0)
        {
            Copies.Add((to, from, (int)length));
        }

        return error;
    }

    [UnmanagedCallersOnly]
    private static int FinishEvent(nint point)
    {
        CopyNow();
        return Note("cuEventSynchronize", $"finish {point}");
    }

    [UnmanagedCallersOnly]
    private static int FinishStream(nint stream)
    {
        var error = Note("cuStreamSynchronize", $"finish stream {stream}");
        if (error == 0)
        {
            CopyNow();
        }

        return error;
    }

    [UnmanagedCallersOnly]
    private static int FreeEvent(nint point) => Note("", $"free {point}");

    [UnmanagedCallersOnly]
    private static int FreeStream(nint stream) => Note("", $"free stream {stream}");
}
