using PPYolo.Peers.Measuring;

namespace PPYolo.Peers.Subjects.Tools;

/// <summary>The floor of whatever makes one file of another: its bytes, read and written piece by piece, into a new file.</summary>
internal sealed class CopyBytesSubject(string source, string target) : ISubject
{
    private readonly byte[] buffer = new byte[1 << 18];

    public void Run()
    {
        var temporary = target + ".tmp";
        using (var from = File.OpenHandle(source))
        using (var to = File.OpenHandle(temporary, FileMode.Create, FileAccess.Write))
        {
            long offset = 0;
            while (RandomAccess.Read(from, buffer, offset) is > 0 and var count)
            {
                RandomAccess.Write(to, buffer.AsSpan(0, count), offset);
                offset += count;
            }
        }

        File.Move(temporary, target, overwrite: true);
    }

    public void Dispose() => File.Delete(target);
}
