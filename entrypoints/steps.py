"""The steps that use cases have in common, put together."""

from dataclasses import dataclass

from application.steps.authenticate import Authenticate
from application.steps.check_invitation import CheckInvitation
from application.steps.check_issuer import CheckIssuer
from application.steps.confirm_owner import ConfirmOwner
from application.steps.erase_account import EraseAccount
from application.steps.let_back_in import LetBackIn
from application.steps.open_account import OpenAccount
from application.steps.open_session import OpenSession
from application.steps.operator_transactions import OperatorTransactions
from application.steps.replace_password import ReplacePassword
from application.steps.shut_out import ShutOut
from application.steps.take_name import TakeName
from application.steps.use_invitation import UseInvitation
from entrypoints.ports import Policies, Ports


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """Every step that a use case is given."""

    authenticate: Authenticate
    open_session: OpenSession
    confirm_owner: ConfirmOwner
    check_issuer: CheckIssuer
    check_invitation: CheckInvitation
    use_invitation: UseInvitation
    take_name: TakeName
    erase_account: EraseAccount
    replace_password: ReplacePassword
    transactions: OperatorTransactions
    open_account: OpenAccount
    shut_out: ShutOut
    let_back_in: LetBackIn


def wire_steps(ports: Ports, policies: Policies) -> Steps:
    """Put every step together; those that others need come first."""
    check_issuer = CheckIssuer(clock=ports.clock)
    transactions = OperatorTransactions(
        begin=ports.begin, clock=ports.clock, lifetimes=policies.lifetimes
    )
    return Steps(
        authenticate=Authenticate(
            lookup=ports.lookup,
            last_seen=ports.last_seen,
            clock=ports.clock,
            lifetimes=policies.lifetimes,
        ),
        open_session=OpenSession(
            clock=ports.clock, secrets=ports.secrets, lifetimes=policies.lifetimes
        ),
        confirm_owner=ConfirmOwner(
            begin=ports.begin,
            hasher=ports.hasher,
            clock=ports.clock,
            lifetimes=policies.lifetimes,
            throttle=ports.throttle,
            throttle_policy=policies.limits,
        ),
        check_issuer=check_issuer,
        check_invitation=CheckInvitation(
            begin=ports.begin,
            lookup=ports.lookup,
            clock=ports.clock,
            check_issuer=check_issuer,
            mode=policies.sign_up,
        ),
        use_invitation=UseInvitation(clock=ports.clock, check_issuer=check_issuer),
        take_name=TakeName(names=policies.names, clock=ports.clock),
        erase_account=EraseAccount(names=policies.names, clock=ports.clock),
        replace_password=ReplacePassword(clock=ports.clock),
        transactions=transactions,
        open_account=OpenAccount(transactions=transactions, lookup=ports.lookup),
        shut_out=ShutOut(clock=ports.clock),
        let_back_in=LetBackIn(clock=ports.clock),
    )
