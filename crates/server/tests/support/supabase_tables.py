"""Reads the six tables with Supabase's official client, and tells them as JSON.

    supabase_tables.py token ROLE SECRET     prints a key of that role
    supabase_tables.py read URL KEY          prints {"table": [rows]}, or {"table": "CODE"}
"""
import base64
import hashlib
import hmac
import json
import sys

TABLES = ["leads", "empresa", "orcamentos", "conversations", "conversation_context",
          "technical_questions"]


def token(role, secret):
    def part(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=")

    head = part(b'{"alg":"HS256","typ":"JWT"}')
    body = part(json.dumps({"role": role, "exp": 4102444800}).encode())
    signed = head + b"." + body
    return (signed + b"." + part(hmac.digest(secret.encode(), signed, hashlib.sha256))).decode()


def read(url, key):
    from postgrest.exceptions import APIError
    from supabase import create_client

    client = create_client(url, key)
    told = {}
    for table in TABLES:
        try:
            told[table] = client.table(table).select("*").order("id").limit(1000).execute().data
        except APIError as error:
            told[table] = error.code
    return told


if __name__ == "__main__":
    if sys.argv[1] == "token":
        print(token(sys.argv[2], sys.argv[3]))
    else:
        print(json.dumps(read(sys.argv[2], sys.argv[3])))
