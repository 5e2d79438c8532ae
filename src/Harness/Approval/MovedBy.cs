namespace PPYolo.Harness.Approval;

/// <summary>What moved since a golden was approved.</summary>
internal enum MovedBy
{
    /// <summary>Nothing.</summary>
    Neither,

    /// <summary>The code of the golden's commit still comes to the golden here; today's does not.</summary>
    Code,

    /// <summary>The code of the golden's commit no longer comes to the golden here; today's comes to the same as it.</summary>
    Environment,

    /// <summary>The code of the golden's commit no longer comes to the golden here, and today's comes to something else again.</summary>
    Both,

    /// <summary>One of the two has no such run.</summary>
    NotRun,
}
