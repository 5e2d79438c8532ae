using System.Globalization;

namespace PPYolo.Train.Ranks.Mpi;

/// <summary>
/// The first half of every call: all ranks show each other what they call, with what is small; then all know that they agree, or end.
/// </summary>
internal sealed unsafe class MpiExchange
{
    private const int Tag = 1;
    private const int Stride = MpiEnvelope.HeaderBytes + MpiEnvelope.PayloadBytes;

    private readonly MpiTransfers transfers;
    private readonly MpiEnd end;
    private readonly byte[] envelopes;
    private readonly RankCall[] calls;
    private readonly int rank;
    private readonly int size;
    private readonly TimeSpan timeout;
    private RankCall? last;

    public MpiExchange(MpiTransfers transfers, MpiEnd end, int rank, int size, TimeSpan timeout)
    {
        this.transfers = transfers;
        this.end = end;
        this.rank = rank;
        this.size = size;
        this.timeout = timeout;
        envelopes = GC.AllocateUninitializedArray<byte>(checked(size * Stride), pinned: true);
        calls = new RankCall[size];
        Lengths = new long[size];
    }

    /// <summary>Bytes of each rank's tensor or message.</summary>
    public long[] Lengths { get; }

    /// <summary>The call that this rank is in.</summary>
    public RankCall? Current { get; private set; }

    /// <summary>Where this rank is, for a message.</summary>
    public string Whereabouts =>
        Current is { } call ? call.ToString()
        : last is { } before ? $"the work after {before}"
        : "the work before the first call";

    /// <summary>Memory for what goes with a rank's envelope.</summary>
    public nint Payload(int of) => Address(of) + MpiEnvelope.HeaderBytes;

    /// <summary>Whether so many bytes go with the envelope.</summary>
    public static bool Fits(long length) => length <= MpiEnvelope.PayloadBytes;

    /// <summary>Returns when every rank has started this call; what fits must lie in this rank's <see cref="Payload"/>.</summary>
    public void Start(RankCall named, long length)
    {
        var call = MpiEnvelope.Fit(named);
        Current = call;
        MpiEnvelope.Write(call, length, Header(rank));
        var bytes = MpiEnvelope.HeaderBytes + (Fits(length) ? length : 0);
        for (var other = 0; other < size; other++)
        {
            if (other != rank)
            {
                transfers.Receive(Address(other), Stride, other, Tag);
            }
        }

        for (var other = 0; other < size; other++)
        {
            if (other != rank)
            {
                transfers.Send(Address(rank), bytes, other, Tag);
            }
        }

        if (!transfers.Wait(timeout, moving: false))
        {
            var missing = transfers.Waiting.ToList();
            var others = missing.Count > 1 ? $", nor did rank {string.Join(", ", missing.Skip(1))}" : "";
            var after = last is { } known ? $"after {known}" : "before its first call";
            Fail(missing[0], $"it did not arrive within {Seconds}{others}; it is {after}");
        }

        for (var other = 0; other < size; other++)
        {
            (calls[other], Lengths[other]) = MpiEnvelope.Read(Header(other), Header(rank), call);
        }

        if (CallAgreement.Check(calls) is { } mismatch)
        {
            end.All(mismatch.Seen(call).Message, RankFailure.ExitCode);
        }
    }

    /// <summary>Waits for what is sent after the envelopes.</summary>
    public void WaitForData()
    {
        if (!transfers.Wait(timeout, moving: true))
        {
            Fail(transfers.Waiting.First(), $"it is in the same call, but nothing has come from it for {Seconds}");
        }
    }

    /// <summary>The call has ended.</summary>
    public void Finish()
    {
        last = Current;
        Current = null;
    }

    private string Seconds => $"{timeout.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)} s";

    private void Fail(int failed, string cause) =>
        end.All(new RankFailureException(failed, Current.ToString()!, cause).Message, RankFailure.ExitCode);

    private nint Address(int of) => (nint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref envelopes[of * Stride]);

    private Span<byte> Header(int of) => envelopes.AsSpan(of * Stride, MpiEnvelope.HeaderBytes);
}
