using PPYolo.Align;

namespace PPYolo.Train.Ranks;

/// <summary>Ranks were started to train different runs.</summary>
/// <param name="rank">The first rank that differs from rank 0.</param>
/// <param name="what">What differs.</param>
/// <param name="there">What it is on that rank.</param>
/// <param name="zero">What it is on rank 0.</param>
public sealed class RankDisagreementException(int rank, string what, string there, string zero)
    : AlignException(
        $"rank {rank} was started to train another run than rank 0: {what} is {there} on rank {rank}, {zero} on rank 0; start all ranks by "
            + "one command, with the same program and files"
    );
