using System.Runtime.InteropServices;

namespace PPYolo.Tests.Unit.Train.Optimization;

/// <summary>
/// What libtorch was asked for on this thread, by its own record of operations: the outermost one of those that call each other. A card
/// launches work for each of them, but for those that only look at memory in another way.
/// </summary>
internal sealed unsafe class RecordedOperations : IDisposable
{
    private static readonly string[] Looks =
    [
        "aten::view",
        "aten::narrow",
        "aten::reshape",
        "aten::detach",
        "aten::empty",
        "aten::lift_fresh",
    ];

    [ThreadStatic]
    private static List<string>? names;

    [ThreadStatic]
    private static int depth;

    private readonly ulong handle;

    public RecordedOperations()
    {
        names = [];
        depth = 0;
        var callback = new Callback
        {
            Start = (nint)(delegate* unmanaged<nint*, nint, nint*>)&Began,
            End = (nint)(delegate* unmanaged<nint, nint, void>)&Ended,
            Probability = 1,
        };
        callback.Scopes[0] = 1;
        handle = Add(callback);
    }

    /// <summary>Names and how often each was asked for.</summary>
    public IEnumerable<string> Found =>
        names!.Where(name => !Looks.Contains(name)).CountBy(name => name).Select(count => $"{count.Value} {count.Key}").Order();

    public void Dispose() => Remove(handle);

    [UnmanagedCallersOnly]
    private static nint* Began(nint* context, nint operation)
    {
        var name = Marshal.PtrToStringUTF8((nint)NameOf(operation))!;
        *context = 0;
        // TorchScript's own functions are recorded too; they only hold others.
        if (name.StartsWith("aten::", StringComparison.Ordinal) && depth++ == 0)
        {
            names!.Add(name);
        }

        return context;
    }

    [UnmanagedCallersOnly]
    private static void Ended(nint operation, nint context)
    {
        if (new ReadOnlySpan<byte>(NameOf(operation), 6).SequenceEqual("aten::"u8))
        {
            depth--;
        }
    }

    // ATen/record_function.h; passed by value, and no larger than here.
    private struct Callback
    {
        public nint Start;
        public nint End;
        public double Probability;
        public fixed byte Scopes[32];
    }

    [DllImport("torch_cpu", EntryPoint = "_ZN2at22addThreadLocalCallbackENS_22RecordFunctionCallbackE")]
    private static extern ulong Add(Callback callback);

    [DllImport("torch_cpu", EntryPoint = "_ZN2at14removeCallbackEm")]
    private static extern void Remove(ulong handle);

    [DllImport("torch_cpu", EntryPoint = "_ZNK2at14RecordFunction4nameEv")]
    private static extern byte* NameOf(nint operation);
}
